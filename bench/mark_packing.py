"""Make the network of secret marks reckon in whole numbers: half of its time, a quarter of its size.

    python -m bench.mark_packing FLOATS.onnx PACKED.onnx

Weights and what goes through it become int8 (ONNX Runtime's static quantisation, a scale for each filter);
how large what goes through it gets is measured on invented pages. Weights keep 7 bits: processors without
VNNI add products of 8 up in 16 bits, which overflow. What the network was taught on, pages from 0 to 1, gives
way to the pages' own bytes: what it makes of a level first is that level again, in whole numbers.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from catalog.scan import Pixels
from classify.mark_network import SEEN_DPI, fed, scaled
from samples.pages import make_pages
from samples.secret import TUNING, free_pages, marked_pages

_PAGES, _MARKED, _FREE = 13, 40, 15
"""Pages that are measured on: one of each class of scanner, with a mark, and stamped otherwise."""
_SEED = 98101

GREY, SPREAD = 0.8, 3.0
"""What the network takes off a page from 0 to 1, and by what it multiplies the rest, before it looks."""

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
    model = onnx.load(packed)
    take_bytes(model)
    take_folded(model)
    onnx.save(model, packed)


def take_bytes(model: Any) -> None:
    """Let a packed network begin where it has its page in whole numbers, and take those.

    Raises:
        ValueError: they are not the levels of the page's pixels.
    """
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    known = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    first = next(node for node in graph.node if node.op_type == "Conv")
    back = made[first.input[0]]
    whole = made[back.input[0]]
    step, zero = known[whole.input[1]], known[whole.input[2]]
    levels = np.arange(256)
    if not (np.rint((levels / 255 - GREY) * SPREAD / step) + zero == levels).all():
        raise ValueError(f"levels are packed by {step} from {zero}, and do not stay what they are")
    back.input[0] = graph.input[0].name
    graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    needed, wanted = set[str](), [one.name for one in graph.output]
    while wanted:
        name = wanted.pop()
        if name not in needed:
            needed.add(name)
            wanted += made[name].input if name in made else []
    for kept in (graph.initializer, graph.value_info):
        _keep(kept, [one for one in kept if one.name in needed])
    _keep(graph.node, [node for node in graph.node if needed.intersection(node.output)])
    onnx.checker.check_model(model)


def take_folded(model: Any) -> None:
    """Let a packed network take its page with each two by two pixels as twelve colours of one.

    What it makes of a page stays the same, to the bit: the weights of its first step, three by three pixels
    by two, are laid out as two by two by one, and what lies outside of the three by three weighs nothing.

    Raises:
        ValueError: its first step is another.
    """
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    known = {one.name: one for one in graph.initializer}
    first = next(node for node in graph.node if node.op_type == "Conv")
    how = {one.name: one for one in first.attribute}
    told = [list(how[name].ints) for name in ("kernel_shape", "strides", "pads")]
    if told != [[3, 3], [2, 2], [1, 1, 1, 1]]:
        raise ValueError(f"the first step is {told}, expected 3 x 3 pixels by two with one at each edge")
    packed = made[first.input[1]].input
    if len(packed) > 2 and numpy_helper.to_array(known[packed[2]]).any():
        raise ValueError("weights of the first step are counted from another than 0")
    kept = known[packed[0]]
    weights = numpy_helper.to_array(kept)
    filters, colours = weights.shape[:2]
    folded = np.zeros((filters, 4 * colours, 2, 2), weights.dtype)
    for row in range(3):
        for column in range(3):
            (down, y), (right, x) = divmod(row + 1, 2), divmod(column + 1, 2)
            place = 2 * y + x
            folded[:, place * colours : (place + 1) * colours, down, right] = weights[:, :, row, column]
    kept.CopyFrom(numpy_helper.from_array(folded, kept.name))
    for name, values in (("kernel_shape", [2, 2]), ("strides", [1, 1]), ("pads", [1, 1, 0, 0])):
        how[name].ints[:] = values
    sides = graph.input[0].type.tensor_type.shape.dim
    sides[1].dim_value = 4 * colours
    sides[2].dim_param, sides[3].dim_param = "half_h", "half_w"
    del graph.value_info[:]
    onnx.checker.check_model(model)


def _keep(of: Any, these: list[Any]) -> None:
    del of[:]
    of.extend(these)


def as_floats(picture: Pixels) -> Picture:
    """Return a picture as the network was taught on it."""
    return fed(picture).astype(np.float32) / np.float32(255)


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
        yield as_floats(scaled(page.image, SEEN_DPI / page.dpi))
    for sample in marked_pages(_MARKED, _SEED, TUNING):
        yield as_floats(scaled(sample.pixels, SEEN_DPI / sample.dpi))
    for sample in free_pages(_FREE, _SEED, TUNING):
        yield as_floats(scaled(sample.pixels, SEEN_DPI / sample.dpi))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("floats", type=Path)
    parser.add_argument("packed", type=Path)
    options = parser.parse_args()
    pack(options.floats, options.packed)
