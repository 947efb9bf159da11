"""How the network that sees secret marks learns: pieces in, weights and an ONNX file out."""

import copy
import math
import random
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bench import mark_network
from bench.mark_makers import Block, Makers
from bench.mark_network import MarkNetwork
from bench.mark_packing import as_floats, pack
from catalog.scan import Pixels
from classify.mark_network import SEEN_DPI, fed, scaled
from samples.mark_pieces import CELL, NOT_ASKED, SIDE
from samples.secret import LEVELS, TUNING, marked_pages

FASTEST = 2.5e-3
"""Learning rate after the first steps; it falls along half a cosine to a fiftieth."""
_FIRST_STEPS, _DECAY, _LONGEST_STEP = 150, 2e-2, 2.0
_SEEN = 320
"""Pixels a side of what is seen of a piece, each time another part."""
_MEMORY = 0.998
"""The weights handed over are a mean over about the last 500 steps."""
_HARDER = 2
"""Power of the focal loss: what is known well already teaches little."""
_OPENING = 3_000
"""Pieces that are waited for, or 8 batches if that is less."""
_TOLD_EVERY = 45.0  # seconds
_ALARMS = (0.01, 0.003, 0.001)
_AT_ONCE = 100
_OPSET = 17
_LIKE = 1e-3
"""Most that the ONNX file's logits may lie from PyTorch's."""
_LIKE_PACKED = 2.0
"""The same once it reckons in int8: of the network in the tree, 0.9 on 8 pages without a mark, and 0.7 where
23 pages score more than -1.5."""


@dataclass(frozen=True)
class Plan:
    """What whoever trains has decided."""

    seconds: float  #: in all, the wait for the first pieces with them
    out: Path  #: a folder
    pool: int  #: pieces kept to learn from, 0.44 MB each; new ones take the place of old ones
    batch: int
    start: Path | None  #: weights to begin with


def train(plan: Plan, makers: Makers) -> None:
    """Learn from what the makers make until the time is over; print how well it does, write the files.

    `plan.out` gets `secret-marks.pt` and `secret-marks.onnx`, at half of the time and at the end.
    """
    begun = told = time.monotonic()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = MarkNetwork()
    if plan.start:
        mark_network.load(network, plan.start)
    network = network.to(device)
    if device == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.benchmark = True
        network = network.to(memory_format=torch.channels_last)
    mean = copy.deepcopy(network).eval()
    learner = torch.optim.AdamW(network.parameters(), lr=FASTEST, weight_decay=_DECAY, fused=device == "cuda")
    pool, kept = Pool(plan.pool, device), Pool(makers.held_back, device)
    while pool.taken < min(8 * plan.batch, _OPENING, plan.pool):
        _sort(makers.waited_for(), pool, kept)
    opened = time.monotonic()
    print(f"{device}; first pieces after {opened - begun:.0f} s", flush=True)
    step, halfway = 0, False
    while (gone := (time.monotonic() - opened) / max(1.0, plan.seconds - (opened - begun))) < 1:
        for block in makers.ready():
            _sort(block, pool, kept)
        for group in learner.param_groups:
            group["lr"] = rate(step, gone)
        loss = _learn(network, learner, *pool.drawn(plan.batch), device)
        _follow(mean, network, step)
        step += 1
        if time.monotonic() - told > _TOLD_EVERY:
            told = time.monotonic()
            print(
                f"{told - begun:.0f} s, step {step}, {pool.taken} pieces, loss {loss.item():.4f}", flush=True
            )
            print(*judged(mean, kept), sep="\n", flush=True)
        if gone > 0.5 and not halfway:
            halfway = True
            write(mean, plan.out)
    print(f"{time.monotonic() - begun:.0f} s, {step} steps, {pool.taken} pieces", flush=True)
    print(*judged(mean, kept), sep="\n", flush=True)
    print(*write(mean, plan.out), sep="\n", flush=True)


class Pool:
    """Pieces where the network is; once it is full, new ones take the place of the oldest."""

    def __init__(self, size: int, device: str) -> None:
        self.taken = 0  #: since it was made
        self.pixels = torch.empty((size, 3, SIDE, SIDE), dtype=torch.uint8, device=device)
        self.targets = torch.empty((size, SIDE // CELL, SIDE // CELL), dtype=torch.uint8, device=device)

    def __len__(self) -> int:
        return min(self.taken, len(self.pixels))

    def put(self, block: Block) -> None:
        """Take a block's pieces; those that would go over the end of the pool are left out."""
        at = self.taken % len(self.pixels)
        count = min(len(block), len(self.pixels) - at)
        self.pixels[at : at + count] = (
            torch.from_numpy(block.pixels[:count]).to(self.pixels.device).permute(0, 3, 1, 2)
        )
        self.targets[at : at + count] = torch.from_numpy(block.targets[:count])
        self.taken += count

    def drawn(self, count: int) -> tuple[Tensor, Tensor]:
        """Return parts of pieces, spoilt once more, and their targets.

        While the pool fills, half of every other batch are pieces that came last: old ones were seen often.
        """
        have = len(self)
        which = torch.randint(0, have, (count,), device=self.pixels.device)
        if self.taken <= len(self.pixels) and random.random() < 0.5:
            newest = max(1, have // 3)
            which[: count // 2] = torch.randint(have - newest, have, (count // 2,), device=which.device)
        row, column = (random.randrange((SIDE - _SEEN) // CELL + 1) for _ in range(2))
        cells, top, left = _SEEN // CELL, row * CELL, column * CELL
        pixels = self.pixels[which, :, top : top + _SEEN, left : left + _SEEN]
        return spoilt(pixels), self.targets[which, row : row + cells, column : column + cells]


def _sort(block: Block, pool: Pool, kept: Pool) -> None:
    (kept if block.held_back else pool).put(block)


def rate(step: int, gone: float) -> float:
    """Return the learning rate; `gone` is the share of the time that is over."""
    return FASTEST * min(1, (step + 1) / _FIRST_STEPS) * (0.49 * (1 + math.cos(math.pi * gone)) + 0.02)


def spoilt(pixels: Tensor) -> Tensor:
    """Return pieces (0 to 255) as 0 to 1: some in other light, contrast or colours, or with more grain."""
    count, device = len(pixels), pixels.device

    def between(low: float, high: float) -> Tensor:
        return torch.empty(count, 1, 1, 1, device=device).uniform_(low, high)

    def some(share: float) -> Tensor:
        return torch.rand(count, 1, 1, 1, device=device) < share

    seen = pixels.float() / 255
    mean = seen.mean((1, 2, 3), keepdim=True)
    seen = torch.where(some(0.5), (seen - mean) * between(0.6, 1.25) + mean + between(-0.12, 0.08), seen)
    seen = torch.where(some(0.3), seen.clamp(1e-3, 1).pow(between(0.6, 1.6)), seen)
    seen = torch.where(some(0.3), seen.mean(1, keepdim=True).expand_as(seen), seen)
    seen = torch.where(some(0.2), seen[:, torch.randperm(3, device=device)], seen)
    grain = torch.randn(count, 1, *seen.shape[2:], device=device) * between(0, 0.06)
    return torch.where(some(0.3), seen + grain, seen).clamp(0, 1)


def lost(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the focal loss of all levels; cells `NOT_ASKED` count for nothing.

    A cell in a mark weighs twice one without; the sum is shared by the cells in marks, and 8 more a piece.
    """
    logits = logits.float()
    here = torch.stack([targets == level for level in range(1, len(LEVELS) + 1)], 1)
    asked = (targets != NOT_ASKED)[:, None]
    chance = logits.sigmoid()
    missed = -(1 - chance).pow(_HARDER) * functional.logsigmoid(logits) * here
    alarmed = -chance.pow(_HARDER) * functional.logsigmoid(-logits) * (~here & asked)
    return (2 * missed.sum() + alarmed.sum()) * 4 / (here.sum() + 8 * len(targets))


def _learn(
    network: MarkNetwork, learner: torch.optim.Optimizer, pixels: Tensor, targets: Tensor, device: str
) -> Tensor:
    if device == "cuda":
        pixels = pixels.contiguous(memory_format=torch.channels_last)
    with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
        logits = network(pixels)
    loss = lost(logits, targets)
    learner.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), _LONGEST_STEP)
    learner.step()
    return loss.detach()


def _follow(mean: MarkNetwork, network: MarkNetwork, step: int) -> None:
    """Draw the mean a little towards the network; at first more, since it began with nothing."""
    share = 1 - min(_MEMORY, (1 + step) / (10 + step))
    with torch.no_grad():
        torch._foreach_lerp_(list(mean.parameters()), list(network.parameters()), share)
        for old, new in zip(mean.buffers(), network.buffers(), strict=True):
            old.copy_(new)


def judged(network: MarkNetwork, kept: Pool) -> Iterator[str]:
    """Yield, for some shares of pieces without a mark that are held for one, how many marks are missed."""
    free, marked = _highest(network, kept)
    if not free:
        return
    counts = ", ".join(f"{len(some)} {level}" for some, level in zip(marked, LEVELS, strict=True))
    yield f"  held back: {len(free)} pieces without a mark, {counts}"
    free = sorted(free)
    for share in _ALARMS:
        limit = free[max(0, int(len(free) * (1 - share)) - 1)]
        missed = (
            f"{level} {100 * np.mean(np.array(some) <= limit):.1f} %" if some else f"{level} -"
            for some, level in zip(marked, LEVELS, strict=True)
        )
        yield f"  {100 * share:.1f} % held for nothing above {limit:.2f}: missed {', '.join(missed)}"


def _highest(network: MarkNetwork, kept: Pool) -> tuple[list[float], list[list[float]]]:
    """Return the highest logits of pieces without a mark, and of marks by level."""
    free: list[float] = []
    marked: list[list[float]] = [[] for _ in LEVELS]
    for first in range(0, len(kept), _AT_ONCE):
        part = slice(first, min(first + _AT_ONCE, len(kept)))
        targets = kept.targets[part]
        with torch.no_grad():
            highest = network(kept.pixels[part].float() / 255).float().amax(1)
        empty = (targets == 0).all(2).all(1)
        free += highest.amax((1, 2))[empty].tolist()
        for level, found in enumerate(marked, 1):
            inside = targets == level
            best = highest.masked_fill(~inside, -math.inf).amax((1, 2))
            found += best[inside.any(2).any(1)].tolist()
    return free, marked


def write(network: MarkNetwork, out: Path) -> Sequence[Path]:
    """Write the weights and the ONNX file; return both.

    Raises:
        RuntimeError: the ONNX file does not say what the network says.
    """
    out.mkdir(parents=True, exist_ok=True)
    weights, file = out / "secret-marks.pt", out / "secret-marks.onnx"
    torch.save(mark_network.state(network), weights)
    plain = copy.deepcopy(network).float().cpu().eval().to(memory_format=torch.contiguous_format)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the new exporter writes no opset as old as 17
        torch.onnx.export(
            plain,
            (torch.zeros(1, 3, SIDE, SIDE),),
            str(file),
            input_names=["page"],
            output_names=["heat"],
            dynamic_axes={"page": {2: "height", 3: "width"}, "heat": {2: "height_8", 3: "width_8"}},
            opset_version=_OPSET,
            dynamo=False,
        )
    _hold_against(file, plain, _LIKE, as_floats)
    pack(file, file)
    _hold_against(file, plain, _LIKE_PACKED, fed)
    return weights, file


def _hold_against(
    file: Path, network: MarkNetwork, like: float, taken: Callable[[Pixels], NDArray[Any]]
) -> None:
    sample = next(marked_pages(1, 1, TUNING))
    picture = scaled(sample.pixels, SEEN_DPI / sample.dpi)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (said,) = session.run(["heat"], {"page": taken(picture)})
    with torch.no_grad():
        apart = float(np.abs(said - network(torch.from_numpy(as_floats(picture))).numpy()).max())
    if apart > like:
        raise RuntimeError(f"{file} is off by {apart:.4f} of what was learnt; at most {like} was expected")
