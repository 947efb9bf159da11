"""The drop folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.watch
from ingest.watch import FolderUnavailable, Watcher, move_to_done, move_to_refused


def test_a_file_is_ready_after_it_stayed_unchanged_for_n_scans(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"half")
    watcher = Watcher(tmp_path, stable_scans=2)

    before = [watcher.scan(), watcher.scan()]
    file.write_bytes(b"half and half")
    after = [watcher.scan(), watcher.scan(), watcher.scan(), watcher.scan()]

    assert before == [[], []]
    assert after == [[], [], [file], [file]]


def test_a_folder_waits_for_all_that_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "Hộp 1"
    (folder / "HS 1").mkdir(parents=True)
    (folder / "HS 1" / "a.tif").write_bytes(b"scan")
    watcher = Watcher(tmp_path, stable_scans=1)

    first = watcher.scan()
    (folder / "HS 1" / "b.tif").write_bytes(b"scan")
    later = [watcher.scan(), watcher.scan()]

    assert first == []
    assert later == [[], [folder]]


def test_unfinished_copies_empty_folders_links_and_its_own_folders_are_not_taken(tmp_path: Path) -> None:
    for name in (
        "done/x.tif",
        "refused/y.tif",
        "HS/c.tif.part",
        "~$lock",
        ".hidden",
        "Thumbs.db",
        "d.filepart",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("/etc")
    watcher = Watcher(tmp_path, stable_scans=1)

    assert [watcher.scan() for _ in range(3)] == [[], [], []]


def test_a_share_that_is_away_is_told_and_nothing_forgotten(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "a.pdf").write_bytes(b"scan")
    watcher = Watcher(share, stable_scans=1)
    watcher.scan()
    share.rename(tmp_path / "away")

    with pytest.raises(FolderUnavailable):
        watcher.scan()
    (tmp_path / "away").rename(share)

    assert watcher.scan() == [share / "a.pdf"]


def test_done_never_overwrites(tmp_path: Path) -> None:
    places = []
    for content in (b"1", b"2", b"3"):
        (tmp_path / "a.pdf").write_bytes(content)
        places.append(move_to_done(tmp_path / "a.pdf"))

    assert [place.name for place in places] == ["a.pdf", "a (2).pdf", "a (3).pdf"]
    assert [place.read_bytes() for place in places] == [b"1", b"2", b"3"]


def test_a_refused_folder_lies_beside_its_reason(tmp_path: Path) -> None:
    (tmp_path / "Hộp 1").mkdir()
    (tmp_path / "Hộp 1" / "a.exe").write_bytes(b"MZ")

    place = move_to_refused(tmp_path / "Hộp 1", "unsupported: không phải bản quét")

    assert (place / "a.exe").exists()
    note = tmp_path / "refused" / "Hộp 1.reason.txt"
    assert note.read_text(encoding="utf-8") == "unsupported: không phải bản quét\n"
    assert not (tmp_path / "Hộp 1").exists()


def test_a_crash_between_reason_and_move_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"scan")

    def crash(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ingest.watch, "_rename_without_overwriting", crash)
        move_to_refused(file, "damaged")
    place = move_to_refused(file, "damaged")

    assert place == tmp_path / "refused" / "a.pdf"
    assert sorted(each.name for each in place.parent.iterdir()) == ["a.pdf", "a.pdf.reason.txt"]


def test_what_cannot_be_moved_stays_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "done").write_bytes(b"a file where the folder should be")
    (tmp_path / "a.pdf").write_bytes(b"scan")

    with pytest.raises(FolderUnavailable):
        move_to_done(tmp_path / "a.pdf")

    assert (tmp_path / "a.pdf").exists()


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(1, 4))
def test_ready_means_unchanged_for_exactly_n_scans(
    tmp_path_factory: pytest.TempPathFactory, changes: list[bool], stable_scans: int
) -> None:
    folder = tmp_path_factory.mktemp("drop")
    file = folder / "a.tif"
    file.write_bytes(b"")
    watcher = Watcher(folder, stable_scans=stable_scans)
    watcher.scan()
    unchanged = 0

    for size, change in enumerate(changes, start=1):
        if change:
            file.write_bytes(b"x" * size)
        unchanged = 0 if change else unchanged + 1
        assert watcher.scan() == ([file] if unchanged >= stable_scans else [])
