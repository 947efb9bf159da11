"""The index holder: it rests after taking changes in, and takes in what gathered when it is told to end."""

import threading
import time
from pathlib import Path

import pytest

from luutru import indexing
from luutru.index_holder import AT_ONCE, IDLE_SECONDS, LONGEST_REST, TAKE_SHARE, current, keep_up
from tests.faults.workplace import new_archive


class Rests(threading.Event):
    """Says at once that a rest is over, and is set with the last of `number`."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        if len(self.seconds) == self.number:
            self.set()
        return self.is_set()


def test_after_taking_changes_in_it_rests_for_what_that_cost_and_then_takes_in_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    archive = new_archive(tmp_path)
    name, index = current(archive)
    told = [(AT_ONCE, 0.0), (3, 0.009), (3, 0.09), (0, 0.0), (2, 0.0)]  # changes taken in, and their cost
    taken, clock = list[int](), [0.0]
    monkeypatch.setattr(time, "process_time", lambda: clock[0])

    def take(*_: object, limit: int) -> int:
        changes, seconds = told[len(taken)]
        taken.append(changes)
        clock[0] += seconds
        return changes

    monkeypatch.setattr(indexing, "index_changes", take)
    rests = Rests(3)

    keep_up(archive, index, name, rests)

    assert taken == [AT_ONCE, 3, 3, 0, 2]
    some, much, idle = rests.seconds
    assert some == pytest.approx(0.009 / TAKE_SHARE)
    assert (much, idle) == (LONGEST_REST, IDLE_SECONDS)
    assert LONGEST_REST <= 1.0, "docs/checking-desk.md: found within two seconds"
