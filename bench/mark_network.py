"""The small network that sees secret marks on a page, as it is trained; the service runs it as ONNX."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.mark_packing import GREY, SPREAD

LEVELS = 3
_QUARTER, _EIGHTH, _SIXTEENTH = 24, 48, 96
"""Channels at a quarter, an eighth and a sixteenth of the page's size."""
_DILATIONS = (1, 2, 1, 4)
"""Of the blocks at a sixteenth: with them an answer rests on 15 cm of the page, more than a mark is long."""
_RARE = -4.0
"""Logit it begins with: nearly all of a page is no mark."""


class MarkNetwork(nn.Module):
    """Pages (n x 3 x H x W, RGB, 0 to 1, 100 dpi, H and W multiples of 16) to logits, n x 3 x H/8 x W/8.

    A channel for each level; 835,000 weights.
    """

    def __init__(self) -> None:
        super().__init__()
        self.quarter = nn.Sequential(_step(3, 16, stride=2), _step(16, _QUARTER, stride=2))
        self.eighth = nn.Sequential(_step(_QUARTER, _EIGHTH, stride=2), *(_Block(_EIGHTH) for _ in range(2)))
        self.sixteenth = nn.Sequential(
            _step(_EIGHTH, _SIXTEENTH, stride=2), *(_Block(_SIXTEENTH, dilation) for dilation in _DILATIONS)
        )
        self.beside = _step(_EIGHTH, _EIGHTH, size=1)
        self.up = _step(_SIXTEENTH, _EIGHTH, size=1)
        self.mixed = nn.Sequential(_step(_EIGHTH, _EIGHTH), _step(_EIGHTH, _EIGHTH, size=1))
        self.said = nn.Conv2d(_EIGHTH, LEVELS, 1)
        nn.init.constant_(self.said.bias, _RARE)

    def forward(self, pages: Tensor) -> Tensor:
        """Return the logits of each level for each 8 x 8 pixels."""
        eighth = self.eighth(self.quarter((pages - GREY) * SPREAD))  # paper to 0.6, print to -2.4
        around = functional.interpolate(self.up(self.sixteenth(eighth)), scale_factor=2.0, mode="nearest")
        return self.said(self.mixed(functional.relu(self.beside(eighth) + around)))


class _Block(nn.Module):
    """Two convolutions beside a way past them."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = _step(channels, channels, dilation=dilation)
        self.second = _step(channels, channels, dilation=dilation, rectified=False)

    def forward(self, seen: Tensor) -> Tensor:
        return functional.relu(seen + self.second(self.first(seen)))


def _step(
    given: int, made: int, *, size: int = 3, stride: int = 1, dilation: int = 1, rectified: bool = True
) -> nn.Sequential:
    """Return a convolution, levelled by batch, and rectified if its outcome is not added to anything."""
    padding = (size // 2) * dilation
    parts = [
        nn.Conv2d(given, made, size, stride, padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(made),
    ]
    return nn.Sequential(*parts, *([nn.ReLU(inplace=True)] if rectified else []))


def load(network: MarkNetwork, weights: Path) -> None:
    """Put weights that `state` gave, as they were saved to a file, into the network."""
    kept = torch.load(weights, map_location="cpu", weights_only=True).items()
    network.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in kept}
    )


def state(network: MarkNetwork) -> dict[str, Tensor]:
    """Return the weights with half of their bits: all that training from them again needs."""
    kept = network.state_dict().items()
    return {name: (value.half() if value.is_floating_point() else value).cpu() for name, value in kept}
