"""trueocr behind the three seams: finds lines, sees which way is up, reads them.

The wheel carries its models, so nothing is fetched. The package is young (0.1.1): all of it that is used is
named here, and `tests/contracts/` tells when a new release behaves otherwise.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import onnxruntime
import trueocr
from numpy.typing import NDArray
from trueocr.page import INPUT_MULTIPLE, ORIENT_SIDE, PageEngine, orient_input
from trueocr.preprocess import (
    pad_batch,
    prepare_gray,
    width_batches,
)
from trueocr.recognizer import Recognizer

from catalog.reading import Box
from catalog.scan import Pixels
from luutru.errors import BackendError
from ocr.line_finder import MAX_LINES, LineFinderError
from ocr.orienter import Orientation, OrienterError
from ocr.reader import LineImage, ReaderError, ReadLine, ReadWord

_SURE_OF_TURN = 0.95
"""Probability from which a turn is believed; the package's own limit. A wrong turn loses the page."""
_BATCH = 4
"""Lines that the recogniser gets at once: their steps stay in the processor's cache. 32 take 12 % longer."""
_FLOOR_GAP = 0.5


class TrueocrModels:
    """The models of the wheel, loaded once (about 0.2 s, 60 MB) and shared by the three back ends."""

    def __init__(self) -> None:
        """Load the models for one thread.

        Raises:
            ReaderError: the wheel is broken.
        """
        folder = Path(trueocr.__file__).parent / "models"
        with _broken(ReaderError):
            self.page: Any = PageEngine(folder, threads=1)
            self.page.det, self.page.orient = _session(folder / "det.onnx"), _session(folder / "orient.onnx")
            self.recogniser: Any = Recognizer(folder, threads=1)
            self.recogniser.session = _session(folder / "rec.onnx")
            digest = hashlib.sha256()
            for file in sorted(folder.iterdir()):
                digest.update(file.read_bytes())
        self.build = f"{version('trueocr')} {digest.hexdigest()[:12]}"


class TrueocrLineFinder:
    """Lines and their order as trueocr sees them."""

    name = "trueocr"

    def __init__(self, models: TrueocrModels) -> None:
        self._page = models.page
        self.build = models.build

    def find(self, page: Pixels, *, side: int | None = None) -> list[Box]:
        """See `LineFinder.find`; the model gets every page with a long side of 1,024 pixels.

        Where lines look small then the package looks once more and finer, for a part by what is on it alone.
        """
        height, width = page.shape
        engine = self._page
        if side is not None:
            engine = copy(engine)
            engine.long_side = max(INPUT_MULTIPLE, round(engine.long_side * max(height, width) / side))
        with _broken(LineFinderError):
            found = engine.detect(page)
        boxes = []
        for x0, y0, x1, y1 in found[:MAX_LINES, :4].tolist():
            box = max(0, int(x0)), max(0, int(y0)), min(width, int(x1) + 1), min(height, int(y1) + 1)
            if box[2] > box[0] and box[3] > box[1]:
                boxes.append(box)
        return boxes

    def order(self, boxes: Sequence[Box], texts: Sequence[str], *, width: int, height: int) -> list[int]:
        """See `LineFinder.order`."""
        places = np.asarray(boxes, np.float32).reshape(-1, 4)
        with _broken(LineFinderError):
            return [int(i) for i in self._page.reading_order(places, list(texts), (width, height))]


class TrueocrOrienter:
    """Which way up a page lies, as trueocr sees it on a thumbnail."""

    name = "trueocr"

    def __init__(self, models: TrueocrModels) -> None:
        self._page = models.page
        self.build = models.build

    def orientation(self, page: Pixels, *, dpi: int) -> Orientation:
        """See `Orienter.orientation`; `dpi` is not needed."""
        with _broken(OrienterError):
            thumbnail = orient_input(_reduced(page, ORIENT_SIDE))
            chances = self._page.orient.run(None, {"x": thumbnail[None, None]})[0][0]
        quarters = int(chances.argmax())
        # The fifth class is text set in vertical columns, which Vietnamese records do not have.
        if quarters > 3 or chances[quarters] <= _SURE_OF_TURN:
            return Orientation(rotation=0, sure=False)
        return Orientation(rotation=90 * quarters, sure=True)


class TrueocrReader:
    """trueocr's recogniser, with the place and the confidence of every letter it gives."""

    name = "trueocr"

    def __init__(self, models: TrueocrModels) -> None:
        self._models = models
        self._recogniser = models.recogniser
        self.build = models.build

    def read(self, lines: Sequence[LineImage]) -> list[ReadLine]:
        """See `Reader.read`; a word is as sure as its least sure letter."""
        results = [ReadLine()] * len(lines)
        with _broken(ReaderError):
            printed = [i for i, line in enumerate(lines) if line.has_print]
            for index, letters, sure in self._run(lines, printed):
                results[index] = self._decode(lines[index], letters, sure)
        return results

    def _run(self, lines: Sequence[LineImage], printed: Sequence[int]) -> Iterator[Any]:
        """Yield for each of the lines `printed` its number, and letter and sureness step by step."""
        crops = [self._prepare(lines[i].core_pixels) for i in printed]
        for batch in width_batches([crop.shape[1] for crop in crops], max_batch=_BATCH):
            tensor, widths = pad_batch([crops[i] for i in batch])
            feed = {"x": tensor, "widths": widths}
            ids, conf, lengths = self._recogniser.session.run(["ids", "conf", "lengths"], feed)
            for row, index in enumerate(printed[i] for i in batch):
                steps = int(lengths[row])
                yield index, ids[row, :steps], conf[row, :steps]

    def _prepare(self, core: Pixels) -> NDArray[np.float32]:
        recogniser = self._recogniser
        crop: NDArray[np.float32] = prepare_gray(
            np.ascontiguousarray(core),
            max_width=recogniser.max_width,
            pad_y=recogniser.pad_y,
            pad_x=recogniser.pad_x,
        )
        return crop

    def _decode(self, line: LineImage, letters: NDArray[np.int64], sure: NDArray[np.float32]) -> ReadLine:
        """Greedy CTC (0 is the blank), keeping where each letter stands."""
        if not len(letters):
            return ReadLine()
        starts = np.flatnonzero((letters != 0) & np.concatenate(([True], letters[1:] != letters[:-1])))
        x0, y0, x1, y1 = line.core
        pad = self._recogniser.pad_x * (y1 - y0)
        step = (x1 - x0 + 2 * pad) / len(letters)  # pixels of the line image a step of the recogniser spans
        text = [self._recogniser.chars[number - 1] for number in letters[starts].tolist()]
        centres = (x0 - pad + (starts + 0.5) * step).tolist()
        chances = sure[starts].tolist()
        words = []
        for match in re.finditer(r"\S+", "".join(c if len(c) == 1 else "\ufffd" for c in text)):
            first, last = match.start(), match.end() - 1
            left = (centres[first - 1] + centres[first]) / 2 if first else x0
            right = (centres[last] + centres[last + 1]) / 2 if last + 1 < len(centres) else x1
            left, right = max(x0, int(left)), min(x1, int(right + _FLOOR_GAP))
            box = min(left, x1 - 1), y0, max(right, min(left, x1 - 1) + 1), y1
            word = unicodedata.normalize("NFC", "".join(text[first : last + 1]))
            confidence = min(chances[first : last + 1])
            words.append(ReadWord(word, box, min(max(confidence, 0.0), 1.0)))
        return ReadLine(tuple(words))


def _reduced(page: Pixels, side: int) -> Pixels:
    """Return `page` made smaller by whole pixels, its long side `side` or more still.

    The model sees it smaller yet; by whole pixels the way there goes five times as fast. (Lines are found on
    the page itself: two steps blur it, and what is found is not the same.)
    """
    height, width = page.shape
    times = min(max(height, width) // side, height, width)
    if times < 2:
        return page
    part = page[: height // times * times, : width // times * times]
    return cast(Pixels, cv2.resize(part, (width // times, height // times), interpolation=cv2.INTER_AREA))


def _session(model: Path) -> onnxruntime.InferenceSession:
    """Open `model` for one thread, to work in memory that it keeps.

    The package asks the system for memory anew at each step, as what is kept grew with every size of page. It
    grows for the patterns of memory that are remembered for each size; without them it does not (376 MB after
    60 pages of all sizes, as before), and finding lines takes a third less time.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


@contextmanager
def _broken(error: type[BackendError]) -> Iterator[None]:
    """Turn whatever trueocr, ONNX Runtime or OpenCV raise into `error`."""
    try:
        yield
    except Exception as cause:
        raise error(f"trueocr failed: {type(cause).__name__}: {cause}") from cause
