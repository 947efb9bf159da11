"""Processes that make pieces of pages, as long as a network learns from them."""

import multiprocessing
import queue
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.queues import Queue
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.mark_faces import Faces
from samples.mark_pieces import PIECES_OF_A_PAGE, Piece, pieces

_WAITING = 64
"""Most blocks (of 11 MB) that wait to be taken."""
_PATIENCE = 5.0
"""Seconds after which it is asked whether the makers are still at work."""


@dataclass(frozen=True, eq=False)
class Block:
    """Pieces handed over together."""

    pixels: NDArray[np.uint8]  #: n x 384 x 384 x 3, RGB
    targets: NDArray[np.uint8]  #: n x 48 x 48, see `samples.mark_pieces.Piece.target`
    held_back: bool  #: for judging while it learns; of pages that nothing is learnt from

    def __len__(self) -> int:
        return len(self.pixels)


class Makers:
    """Use it as a context: makers start with it and end with it."""

    def __init__(self, count: int, *, seed: str, faces: Faces, held_back: int) -> None:
        start = multiprocessing.get_context("spawn")  # a forked child of a process with threads may hang
        self._blocks: Queue[Block] = start.Queue(_WAITING)
        share = -(-held_back // (count * PIECES_OF_A_PAGE)) * PIECES_OF_A_PAGE
        self.held_back = share * count
        self._makers = [
            start.Process(target=_make, args=(f"{seed} {i}", faces, share, self._blocks), daemon=True)
            for i in range(count)
        ]

    def __enter__(self) -> Self:
        for maker in self._makers:
            maker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for maker in self._makers:
            maker.terminate()
            maker.join()
        self._blocks.close()

    def waited_for(self) -> Block:
        """Return the next block as soon as there is one.

        Raises:
            RuntimeError: a maker broke; it has said why.
        """
        while True:
            try:
                return self._blocks.get(timeout=_PATIENCE)
            except queue.Empty:
                if not all(maker.is_alive() for maker in self._makers):
                    raise RuntimeError("a maker of pieces broke (see above)") from None

    def ready(self, most: int = 4) -> Iterator[Block]:
        """Yield at most so many blocks that are there already."""
        for _ in range(most):
            try:
                yield self._blocks.get_nowait()
            except queue.Empty:
                return


def _make(seed: str, faces: Faces, held_back: int, blocks: "Queue[Block]") -> None:
    cv2.setNumThreads(1)  # there is a maker for each processor
    made = pieces(f"held back {seed}", faces)
    for _ in range(held_back // PIECES_OF_A_PAGE):
        blocks.put(_block(made, held_back=True))
    made = pieces(f"learn {seed}", faces)
    while True:
        blocks.put(_block(made, held_back=False))


def _block(made: Iterator[Piece], *, held_back: bool) -> Block:
    some = list(islice(made, PIECES_OF_A_PAGE))
    return Block(
        np.stack([piece.pixels for piece in some]), np.stack([piece.target() for piece in some]), held_back
    )
