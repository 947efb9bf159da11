"""Where the work stands still, and when it will be through if it goes on as it does.

A forecast is said to be a lower bound where some stage has not moved lately: nobody can tell when what
stands still will end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil


class Stage(StrEnum):
    """What each dossier goes through, in this order."""

    SCANNED = "scanned"
    READ = "read"
    SIGNED_OFF = "signed_off"
    SEALED = "sealed"
    ACCEPTED = "accepted"


STAGES = tuple(Stage)

FARTHEST = timedelta(days=36_500)
"""A rate that would take longer than this stands still."""


@dataclass(frozen=True)
class Stuck:
    """The stage before which most work piles up."""

    stage: Stage
    waiting: int  #: dossiers through the stage before, and not through this one
    weekly: float  #: that go through it


@dataclass(frozen=True)
class Forecast:
    """When an office's records will all be through."""

    finish: date | None  #: None: nothing moves, or nothing is to be done
    at_least: bool  #: not before `finish`: some stage stands still
    stuck: Stuck | None  #: None: nothing waits
    late: bool | None  #: against the deadline; None: there is none, or no forecast
    needed_weekly: float | None  #: dossiers to be accepted a week to keep the deadline


def forecast(
    announced: int,
    done: Mapping[Stage, int],
    weekly: Mapping[Stage, float],
    *,
    deadline: date | None,
    today: date,
) -> Forecast:
    """Return when `announced` dossiers will have gone through every stage at the rates of late."""
    ends: list[date] = []
    standing = False
    for stage in STAGES:
        left = announced - done[stage]
        if left <= 0:
            continue
        span = timedelta(weeks=left / weekly[stage]) if weekly[stage] > left * 7 / FARTHEST.days else None
        if span is None:
            standing = True
        else:
            ends.append(today + timedelta(days=ceil(span / timedelta(days=1))))
    finish = max(ends, default=None)
    left = max(0, announced - done[Stage.ACCEPTED])
    late = None if deadline is None or finish is None else finish > deadline
    if deadline is not None and left and deadline < today:
        late = True
    return Forecast(
        finish,
        standing and finish is not None,
        _stuck(announced, done, weekly),
        late,
        _needed(left, deadline, today),
    )


def _needed(left: int, deadline: date | None, today: date) -> float | None:
    if deadline is None or not left or deadline <= today:
        return None
    return left * 7 / (deadline - today).days


def _stuck(announced: int, done: Mapping[Stage, int], weekly: Mapping[Stage, float]) -> Stuck | None:
    """Return the stage whose pile takes longest; what does not move at all takes longest of all."""
    piles: list[tuple[float, int, Stuck]] = []
    before = announced
    for stage in STAGES:
        waiting = before - done[stage]
        before = min(before, done[stage])
        if waiting > 0:
            weeks = waiting / weekly[stage] if weekly[stage] else float("inf")
            piles.append((weeks, waiting, Stuck(stage, waiting, weekly[stage])))
    return max(piles, key=lambda pile: pile[:2])[2] if piles else None
