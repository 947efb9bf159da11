"""What strangers sent ends its reader and nothing else: killed, hung, swollen, one of many or all."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from handover import apart
from handover.apart import Lost, read_apart
from handover.outcome import AGAIN, LEFT, Outcome
from ingest.limits import MIB, Limits

SECONDS = 4.0
"""A child gets; it begins with what reads loaded."""

LIMITS = Limits(seconds_per_file=SECONDS, memory_bytes=1500 * MIB)


def doubled(some: Sequence[str], note: Path, *, limits: Limits) -> list[str]:
    return [_doubled(one, note) for one in some]


def _doubled(one: str, note: Path) -> str:
    with note.open("a") as told:
        told.write(one)
    if one == "k":  # each time: what the machine does that is short of memory
        os.kill(os.getpid(), signal.SIGKILL)
    if one == "v":
        os.kill(os.getpid(), signal.SIGSEGV)
    if (
        one == "o" and note.read_text().count("o") == 1
    ):  # somebody kills it once: the machine was short of memory
        os.kill(os.getpid(), signal.SIGKILL)
    if one == "h":
        time.sleep(60)
    if one == "s":
        return "x" * (1 << 40)
    return one * 2


def answers(asked: str, note: Path, *, at_once: int = 4) -> list[str | Lost]:
    return list(
        read_apart(doubled, list(asked), note, limits=LIMITS, at_once=at_once, seconds=lambda _some: SECONDS)
    )


def test_what_can_be_read_is_answered_in_its_order(tmp_path: Path) -> None:
    assert answers("abcdef", tmp_path / "note") == ["aa", "bb", "cc", "dd", "ee", "ff"]


@pytest.mark.parametrize(("bad", "slug"), [("v", "crashed"), ("h", "timed-out"), ("s", "bomb")])
def test_one_that_ends_its_reader_is_told_alone(tmp_path: Path, bad: str, slug: str) -> None:
    first, lost, last = answers(f"a{bad}b", tmp_path / "note")

    assert (first, last) == ("aa", "bb")
    assert isinstance(lost, Lost)
    assert lost.slug == slug


def test_one_whose_reader_is_killed_again_and_again_could_not_be_asked(tmp_path: Path) -> None:
    first, lost, last = answers("akb", tmp_path / "note")

    assert (first, last) == ("aa", "bb")
    assert isinstance(lost, Lost)
    assert (lost.slug, lost.unread, "short of memory" in lost.reason) == ("", AGAIN, True)
    assert lost.check("x", "y").outcome is Outcome.COULD_NOT_RUN


@pytest.mark.parametrize(("one", "times"), [("v", 1), ("k", 2), ("o", 2)])
def test_what_ended_its_reader_alone_is_read_again_only_where_somebody_else_killed_it(
    tmp_path: Path, one: str, times: int
) -> None:
    answers(one, tmp_path / "note", at_once=1)

    assert (tmp_path / "note").read_text() == one * times


def too_short(some: Sequence[str], note: Path, *, limits: Limits) -> list[str]:
    return []


def test_a_reader_that_answers_to_less_than_it_was_asked_has_broken_down(tmp_path: Path) -> None:
    told = read_apart(too_short, ["a"], tmp_path, limits=LIMITS, at_once=1, seconds=lambda _some: 8.0)

    (lost,) = told
    assert isinstance(lost, Lost)
    assert lost.slug == "crashed"


def test_a_reader_that_somebody_kills_midway_is_asked_again(tmp_path: Path) -> None:
    assert answers("aob", tmp_path / "note") == ["aa", "oo", "bb"]


def test_one_who_sends_many_that_end_their_readers_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MOST_LOST", 2)

    told = answers("vvvvab", tmp_path / "note")

    lost = [(each.slug, each.unread) for each in told if isinstance(each, Lost)]
    assert lost == [("crashed", ""), ("crashed", ""), *[("", LEFT)] * 4]
    assert "a" not in (tmp_path / "note").read_text()  # no other child is asked
