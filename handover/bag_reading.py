"""The lists of a bag that somebody sent, read apart: is it whole and unchanged, and what does it list?

A bag may have twelve lists of 64 MiB each; they are read with a child's memory and time, not the service's.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from handover import bag
from handover.apart import Lost, read_apart
from handover.bag_check import ANY, Profile, check_bag, lists_read, payload_rows
from handover.outcome import LEFT, Check, Outcome, Plain, bounded, failed, from_plain
from handover.unpack import BYTES_PER_SECOND
from ingest.limits import Limits
from ingest.refusal import TimedOut

MOST_CHECKS = 50_000
"""Checks that are told of a bag one by one; a parcel of ours has at most 10,000 files."""

MOST_NAMED = 16 << 20
"""Characters in the names of all files at fault; a path may have 4,096."""

MOST_ROWS = 100_000
"""Files in a list that is used; what is in a longer one is proven by nothing."""

SECONDS_PER_FILE = 0.1
"""To find and open a file on a disk that seeks for each, with others at it; its bytes are counted apart."""

UNREAD = "bag-unread"


@dataclass(frozen=True)
class ReadBag:
    """What was found of a bag."""

    checks: tuple[Check, ...]
    rows: Mapping[str, str]  #: what the list that its profile asks for says, path -> digest; as `checks` say
    wrong: frozenset[str] = frozenset()  #: every path at fault, whole, however many are told
    listed: bool = True  #: its lists were looked at, and every file at fault is in `wrong`
    unread: Check | None = None  #: why nothing could be found

    @property
    def is_other_list(self) -> bool:
        """Whether the list of files is found not to be what the tag manifest names.

        A signature, and the digest in the minutes, are over that one: they say nothing of what another list
        says, however well it agrees with handover.json, which anybody may write.
        """
        about = (bag.MANIFEST, bag.TAG_MANIFEST)
        wrong = any(each.subject in about and each.outcome is Outcome.FAILED for each in self.checks)
        return wrong or (self.unread is None and not self.listed)


_Answer = tuple[list[Plain], list[tuple[str, str]], list[str], bool]


def read_bag(folder: Path, name: str, profile: Profile = ANY, *, limits: Limits) -> ReadBag:
    """Return what is found of the bag in `folder`, which came as `name`; where nobody could read it, that.

    Where more is wrong with it than is told, nothing of its list is taken for true. Its reader's time grows
    with its files and bytes; where it was too short all the same, that is no fault, nor is it asked again by
    itself: whoever sends may have made it so.
    """
    asked, within = [folder], _seconds(folder, limits)
    answers = read_apart(
        look_into, asked, name, profile, limits=limits, at_once=1, seconds=lambda _one: within
    )
    (answer,) = answers
    if isinstance(answer, Lost):
        lost = replace(answer, slug="", unread=LEFT) if answer.slug == TimedOut.slug else answer
        unread = lost.check(UNREAD, name)
        return ReadBag((unread,), {}, listed=False, unread=unread)
    checks, rows, wrong, listed = answer
    return ReadBag(tuple(map(from_plain, checks)), dict(rows), frozenset(wrong), listed)


def look_into(folders: Sequence[Path], name: str, profile: Profile, *, limits: Limits) -> list[_Answer]:
    """Return what is found of each bag; runs in a child, whose bounds are set by then."""
    del limits
    return [_look_into(folder, name, profile) for folder in folders]


def _look_into(folder: Path, name: str, profile: Profile) -> _Answer:
    checks = list(check_bag(folder, profile).checks)
    wrong = sorted({each.subject for each in checks if each.outcome is not Outcome.PASSED} - {""})
    rows = payload_rows(folder) if profile.algorithm == "sha256" else {}
    if len(rows) > MOST_ROWS:
        checks.append(failed("bag-manifest-wrong", "manifest-sha256.txt", f"more than {MOST_ROWS} files"))
    many = len(checks) > MOST_CHECKS or sum(map(len, wrong)) > MOST_NAMED
    told = bounded(checks, name, MOST_CHECKS)
    if many or len(rows) > MOST_ROWS:
        rows = {}
    return told, list(rows.items()), [] if many else wrong, not many and lists_read(checks)


def _seconds(folder: Path, limits: Limits) -> float:
    sizes = list(_sizes(folder))
    return limits.seconds_per_file + len(sizes) * SECONDS_PER_FILE + sum(sizes) / BYTES_PER_SECOND


def _sizes(folder: Path) -> Iterator[int]:
    for root, _folders, names in os.walk(folder, followlinks=False):
        for name in names:
            yield Path(root, name).lstat().st_size
