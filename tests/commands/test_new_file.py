"""What commands write for people: durably, never over what is there."""

from pathlib import Path

import pytest

from luutru.commands.new_file import replacing, write_new
from luutru.errors import InvalidInput


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    write_new(tmp_path / "moc.txt", b"1")

    with pytest.raises(InvalidInput, match="is there already"):
        write_new(tmp_path / "moc.txt", b"2")

    assert (tmp_path / "moc.txt").read_bytes() == b"1"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_new(tmp_path / "nowhere" / "moc.txt", b"1")


def test_what_breaks_off_leaves_what_stood_there_and_nothing_beside_it(tmp_path: Path) -> None:
    form = tmp_path / "form.pdf"
    form.write_bytes(b"old")

    with pytest.raises(ValueError, match="refused"), replacing(form) as part:
        part.write_bytes(b"half")
        raise ValueError("refused")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"form.pdf": b"old"}


def test_what_is_whole_takes_the_place_of_what_stood_there(tmp_path: Path) -> None:
    form = tmp_path / "form.pdf"
    form.write_bytes(b"old")

    with replacing(form) as part:
        part.write_bytes(b"new")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"form.pdf": b"new"}


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"), replacing(tmp_path / "nowhere" / "form.pdf"):
        pass


def test_where_a_folder_stands_no_file_is_put(tmp_path: Path) -> None:
    (tmp_path / "form.pdf").mkdir()

    with pytest.raises(InvalidInput, match="cannot be written"), replacing(tmp_path / "form.pdf") as part:
        part.write_bytes(b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["form.pdf"]
