"""The time that packages are given is for what lies there, not for what their lists say."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from handover import package_reading
from handover.package_reading import MOST_FILES, SECONDS_PER_FILE, Asked, read_packages
from ingest.limits import Limits

LIMITS = Limits(seconds_per_file=10.0)


def time_of(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> float:
    """Return the seconds that the reader of a package has."""
    given: list[float] = []

    def read(*_what: object, seconds: Callable[[object], float], **_more: object) -> Iterator[object]:
        given.append(seconds([asked]))
        yield [], [], [], (False, [], "")

    monkeypatch.setattr(package_reading, "read_apart", read)
    read_packages([asked], limits=LIMITS)
    return given[0]


def test_rows_of_files_that_are_not_there_give_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    listed = {f"{number:064}": tmp_path / f"{number}.pdf" for number in range(1_000)}

    assert time_of(Asked(tmp_path, None, date(2026, 1, 1), {}, listed), monkeypatch) == pytest.approx(
        LIMITS.seconds_per_file + SECONDS_PER_FILE
    )


def test_nor_do_files_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_reading, "_files", lambda _asked: 10 * MOST_FILES)

    assert time_of(Asked(tmp_path, None, date(2026, 1, 1), {}, {}), monkeypatch) == pytest.approx(
        LIMITS.seconds_per_file + MOST_FILES * SECONDS_PER_FILE
    )
