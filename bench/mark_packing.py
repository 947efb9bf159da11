"""Make the network of secret marks reckon in whole numbers: half of its time, a quarter of its size.

    python -m bench.mark_packing FLOATS.onnx PACKED.onnx

Weights and what goes through it become int8 (ONNX Runtime's static quantisation, a scale for each filter);
how large what goes through it gets is measured on invented pages. Weights keep 7 bits: processors without
VNNI add products of 8 up in 16 bits, which overflow.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from classify.mark_network import SEEN_DPI, fed, scaled
from samples.pages import make_pages
from samples.secret import TUNING, free_pages, marked_pages

_PAGES, _MARKED, _FREE = 13, 40, 15
"""Pages that are measured on: one of each class of scanner, with a mark, and stamped otherwise."""
_SEED = 98101

Picture = NDArray[np.float32]
"""1 x 3 x height x width, 0 to 1."""


def pack(floats: Path, packed: Path) -> None:
    """Write the network of `floats` with int8 weights and int8 in between; they may be the same file."""
    with tempfile.TemporaryDirectory(prefix="pack-") as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(floats), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(packed),
            _Pages(),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )


class _Pages(CalibrationDataReader):  # type: ignore[misc]  # ONNX Runtime ships no types
    """The pages, one after the other, as the network takes them."""

    def __init__(self) -> None:
        self._pages = _pages()

    def get_next(self) -> dict[str, Any] | None:
        """Return the next; None: there is none."""
        page = next(self._pages, None)
        return None if page is None else {"page": page}


def _pages() -> Iterator[Picture]:
    for page in make_pages(_PAGES, _SEED):
        yield fed(scaled(page.image, SEEN_DPI / page.dpi))
    for sample in marked_pages(_MARKED, _SEED, TUNING):
        yield fed(scaled(sample.pixels, SEEN_DPI / sample.dpi))
    for sample in free_pages(_FREE, _SEED, TUNING):
        yield fed(scaled(sample.pixels, SEEN_DPI / sample.dpi))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("floats", type=Path)
    parser.add_argument("packed", type=Path)
    options = parser.parse_args()
    pack(options.floats, options.packed)
