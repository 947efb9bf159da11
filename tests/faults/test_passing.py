"""Passing files lie where nobody else can put their own, and sweeping them touches nothing of others."""

import tempfile
from pathlib import Path

import pytest

from luutru import hands


def test_reading_without_an_archive_sweeps_nothing_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    drawings = tmp_path / "hand-drawn"
    drawings.mkdir()

    place = hands.passing_place()
    hands.sweep(place)

    assert drawings.exists()
    assert place.parent == tmp_path
    assert place == hands.passing_place()  # found again, so that what a killed reader left is swept


def test_a_name_that_somebody_else_has_taken_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(hands, "_MEMORY", tmp_path)
    taken = hands.passing_place()
    in_memory = hands.memory_folder(tmp_path / "scratch")
    assert in_memory is not None
    for folder in (taken, in_memory):
        folder.mkdir()
        folder.chmod(0o777)

    place, memory = hands.passing_place(), hands.memory_folder(tmp_path / "scratch")

    assert place != taken
    assert place.stat().st_mode & 0o077 == 0
    assert memory is None
