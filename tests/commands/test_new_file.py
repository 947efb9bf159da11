"""What commands write for people: durably, never over what is there."""

from pathlib import Path

import pytest

from luutru.commands.new_file import write_new
from luutru.errors import InvalidInput


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    write_new(tmp_path / "moc.txt", b"1")

    with pytest.raises(InvalidInput, match="is there already"):
        write_new(tmp_path / "moc.txt", b"2")

    assert (tmp_path / "moc.txt").read_bytes() == b"1"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_new(tmp_path / "nowhere" / "moc.txt", b"1")
