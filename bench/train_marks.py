"""Train the network that finds secret marks again, on pieces of invented pages.

    python -m bench.train_marks --seconds 600 --out FOLDER [--fonts FOLDER]... [--start secret-marks.pt]
                                [--workers N] [--pool 20000] [--batch 128] [--held-back 3000] [--seed S]

It needs PyTorch and onnx, which the service does not: docs/secret-mark-network.md says where they come from,
which typefaces it learns from, and how to judge it. FOLDER gets `secret-marks.onnx` and `secret-marks.pt`.

The ONNX file (opset 17) takes "page", 1 x 3 x H x W, RGB from 0 to 1 at 100 dpi, H and W multiples of 16, and
gives "heat", 1 x 3 x H/8 x W/8: logits of MẬT, TỐI MẬT, TUYỆT MẬT for each 8 x 8 pixels.
"""

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from bench.mark_makers import Makers
from samples.fonts import FOLDERS, FontMissing
from samples.mark_faces import faces_in

NEEDED = ("torch", "onnx", "onnxruntime")


def main(arguments: list[str] | None = None) -> int:
    """Train; 2 where something that it needs is not installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, required=True, help="in all")
    parser.add_argument("--out", type=Path, required=True, help="folder of what is learnt")
    parser.add_argument("--fonts", type=Path, action="append", default=[], help="a folder with typefaces")
    parser.add_argument("--start", type=Path, help="weights of an earlier run to go on from")
    parser.add_argument(
        "--workers", type=_count, default=os.cpu_count() or 1, help="processes that make pieces"
    )
    parser.add_argument("--pool", type=_count, default=20_000, help="pieces kept, 0.44 MB each")
    parser.add_argument("--batch", type=_count, default=128)
    parser.add_argument("--held-back", type=_count, default=3_000, help="pieces it is judged by on the way")
    parser.add_argument("--seed", default="1", help="other pieces, where it goes on from an earlier run")
    options = parser.parse_args(arguments)
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(
            f"not installed: {', '.join(missing)}; training needs them, the service does not. "
            "docs/secret-mark-network.md says how to install them beside it",
            file=sys.stderr,
        )
        return 2
    try:
        faces = faces_in([*FOLDERS, *options.fonts])
    except FontMissing as error:
        print(error, file=sys.stderr)
        return 2
    print(
        f"{len(faces.capitals)} typefaces, {len(faces.whole)} of them with every Vietnamese letter",
        flush=True,
    )
    from bench.mark_training import Plan, train  # PyTorch comes with it

    plan = Plan(options.seconds, options.out, options.pool, options.batch, options.start)
    with Makers(options.workers, seed=options.seed, faces=faces, held_back=options.held_back) as makers:
        train(plan, makers)
    return 0


def _count(text: str) -> int:
    """Return a number of at least 1."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    raise SystemExit(main())
