"""The tasks of a digitisation team: their units and norms, and which recorded acts count as which."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Task:
    """One kind of work, as teams count it."""

    code: str
    vi: str
    en: str
    unit: str  #: hồ sơ, văn bản, trang or hộp
    events: frozenset[str]  #: kinds of events that count as it
    round: int | None  #: of control, where the event is one of control
    norm: Mapping[str, float]  #: units in eight hours, by class of paper: 1 usual, 2 poor


@dataclass(frozen=True)
class Rules:
    """By what days are judged."""

    tasks_a_day: int
    hours_a_day: float
    pause: timedelta  #: acts further apart are two stretches of work
    source: str
    unverified: bool


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "tasks.toml").read_text("utf-8"))


@cache
def tasks() -> Mapping[str, Task]:
    """Return the tasks by code, in the order in which records go through them."""
    return {
        each["code"]: Task(
            each["code"],
            each["vi"],
            each["en"],
            each["unit"],
            frozenset(each["events"]),
            each.get("round"),
            {name: float(norm) for name, norm in each["norm"].items()},
        )
        for each in _told()["task"]
    }


@cache
def rules() -> Rules:
    """Return by what days are judged."""
    told = _told()
    return Rules(
        told["tasks_a_day"],
        float(told["hours_a_day"]),
        timedelta(minutes=told["pause_minutes"]),
        told["source"],
        told["unverified"],
    )


def task_of(kind: str, round: int | None) -> Task | None:
    """Return as which task an event counts; None = as none."""
    for task in tasks().values():
        if kind in task.events and task.round in (None, round):
            return task
    return None
