"""The lists of a bag that somebody sent, read apart: is it whole and unchanged, and what does it list?

A bag may have twelve lists of 64 MiB each; they are read with a child's memory and time, not the service's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from handover.apart import Lost, read_apart
from handover.bag_check import ANY, Profile, check_bag, payload_rows
from handover.outcome import Check, Plain, bounded, could_not_run, failed, from_plain
from handover.unpack import BYTES_PER_SECOND
from ingest.limits import Limits

MOST_CHECKS = 50_000
"""Checks that are told of a bag one by one; a parcel of ours has at most 10,000 files."""

MOST_ROWS = 100_000
"""Files in a list that is used; what is in a longer one is proven by nothing."""

UNREAD = "bag-unread"


@dataclass(frozen=True)
class ReadBag:
    """What was found of a bag."""

    checks: tuple[Check, ...]
    rows: Mapping[str, str]  #: what manifest-sha256.txt lists, path -> digest; true only as `checks` say
    unread: Check | None = None  #: why nothing could be found


_Answer = tuple[list[Plain], list[tuple[str, str]]]


def read_bag(folder: Path, profile: Profile = ANY, *, limits: Limits) -> ReadBag:
    """Return what is found of the bag in `folder`; where its reader came to grief, that it did.

    Where more is wrong with it than is told, nothing of its list is taken for true.
    """

    def seconds(some: Sequence[Path]) -> float:
        size = sum(path.lstat().st_size for each in some for path in each.rglob("*") if path.is_file())
        return limits.seconds_per_file + size / BYTES_PER_SECOND

    (answer,) = read_apart(look_into, [folder], profile, limits=limits, at_once=1, seconds=seconds)
    if isinstance(answer, Lost):
        told = failed if answer.slug else could_not_run
        unread = told(UNREAD, folder.name, answer.reason)
        return ReadBag((unread,), {}, unread)
    checks, rows = answer
    return ReadBag(tuple(map(from_plain, checks)), dict(rows))


def look_into(folders: Sequence[Path], profile: Profile, *, limits: Limits) -> list[_Answer]:
    """Return what is found of each bag; runs in a child, whose bounds are set by then."""
    del limits
    return [_look_into(folder, profile) for folder in folders]


def _look_into(folder: Path, profile: Profile) -> _Answer:
    checks = list(check_bag(folder, profile).checks)
    rows = payload_rows(folder)
    if len(rows) > MOST_ROWS:
        checks.append(failed("bag-manifest-wrong", "manifest-sha256.txt", f"more than {MOST_ROWS} files"))
    if len(rows) > MOST_ROWS or len(checks) > MOST_CHECKS:
        rows = {}
    return bounded(checks, folder.name, MOST_CHECKS), list(rows.items())
