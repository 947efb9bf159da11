"""Pieces to learn secret marks from tell where one is, come again from their seed, and spare what judges."""

import random
import shutil
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from samples import fonts, mark_ink
from samples.fonts import FontMissing
from samples.mark_faces import CAPITALS, LARGEST_FAMILY, Faces, faces_in, left_out
from samples.mark_pieces import CELL, NOT_ASKED, SIDE, Mark, Piece, legible, pieces
from samples.mark_stamp import ink
from samples.mark_words import harmless, line_about_a_mark, says_a_mark, seal_words
from samples.secret import FRESH, LEVELS


@pytest.fixture(scope="module")
def faces() -> Faces:
    return faces_in(fonts.FOLDERS)


@pytest.fixture(scope="module")
def made(faces: Faces) -> list[Piece]:
    """As many as hold a mark of every level: the seed was chosen so."""
    return list(islice(pieces("one", faces), 20))


def test_the_same_seed_makes_the_same_pieces(faces: Faces, made: list[Piece]) -> None:
    again = list(islice(pieces("one", faces), 3))

    assert all(np.array_equal(one.pixels, two.pixels) for one, two in zip(again, made, strict=False))
    assert [piece.marks for piece in again] == [piece.marks for piece in made[:3]]


def test_another_seed_makes_other_pieces(faces: Faces, made: list[Piece]) -> None:
    other = next(pieces("two", faces))

    assert not np.array_equal(other.pixels, made[0].pixels)


def test_a_marks_level_stands_at_its_middle(made: list[Piece]) -> None:
    levels = set()
    for piece in made:
        target = piece.target()
        for mark in piece.marks:
            if mark.level is not None:
                x, y = mark.middle
                assert target[int(y / CELL), int(x / CELL)] == mark.level + 1
                levels.add(mark.level)

    assert levels == set(range(len(LEVELS)))


def test_pieces_have_colours_and_the_size_the_network_is_asked_at(made: list[Piece]) -> None:
    assert {(piece.pixels.shape, piece.pixels.dtype) for piece in made} == {((SIDE, SIDE, 3), np.dtype("u1"))}
    assert {piece.target().shape for piece in made} == {(SIDE // CELL, SIDE // CELL)}


def test_where_no_mark_is_the_target_says_so(made: list[Piece]) -> None:
    free = [piece for piece in made if not piece.marks]

    assert free
    assert not any(piece.target().any() for piece in free)


def test_of_a_mark_that_nobody_can_read_nothing_is_asked() -> None:
    piece = Piece(np.zeros((SIDE, SIDE, 3), np.uint8), (Mark(None, (80.0, 80.0, 160.0, 100.0)),))

    target = piece.target()

    assert set(np.unique(target)) == {0, NOT_ASKED}
    assert (target[10:13, 10:21] == NOT_ASKED).all()


def test_a_mark_that_hangs_over_the_edge_keeps_to_the_piece() -> None:
    piece = Piece(np.zeros((SIDE, SIDE, 3), np.uint8), (Mark(None, (-60.0, -40.0, -20.0, -10.0)),))

    assert not piece.target().any()


def test_letters_as_pale_as_the_paper_are_not_legible() -> None:
    letters = np.zeros((20, 60), np.float32)
    letters[5:15, 5:55:4] = 1
    ink, paper = np.uint8(90), np.uint8(220)

    assert legible(np.where(letters > 0, ink, paper), letters)
    assert not legible(np.where(letters > 0, paper - np.uint8(6), paper), letters)
    assert not legible(np.where(letters > 0, ink, paper), letters * 0)


def test_the_words_of_other_stamps_are_never_a_mark() -> None:
    rng = random.Random(1)

    words = [harmless(rng) for _ in range(3000)] + [seal_words(rng) for _ in range(500)]

    assert not [text for text in words if says_a_mark(text)]


def test_lines_that_speak_of_a_mark_say_more_than_it() -> None:
    rng = random.Random(1)

    lines = [line_about_a_mark(rng) for _ in range(500)]

    assert all("MẬT" in line.upper() and not says_a_mark(line) for line in lines)


@pytest.mark.parametrize("text", ["MẬT", "MAT", "TỐI MẬT", "TOI MAT", "TUYET MÂT", "Tối mật"])
def test_a_mark_is_a_mark_without_its_diacritics(text: str) -> None:
    assert says_a_mark(text)


def test_nothing_is_learnt_from_the_faces_it_is_judged_by() -> None:
    files = [Path(name) for face in FRESH.faces for name in mark_ink.FACES[face]]

    assert all(left_out(file) for file in files)
    assert all(left_out(Path(name)) for name in ("Lato-Thin.ttf", "OpenSans-Light.ttf", "LinBiolinum_R.otf"))
    assert not left_out(Path("lmroman10-bold.otf"))


def test_no_ink_is_one_it_is_judged_by() -> None:
    rng = random.Random(1)

    inks = {ink(rng) for _ in range(2000)}

    assert not inks & {mark_ink.INKS[name] for name in FRESH.inks}


def test_the_faces_the_samples_need_are_enough(faces: Faces) -> None:
    assert faces.whole
    assert set(faces.whole) <= set(faces.capitals)


def test_a_face_without_diacritics_says_only_what_it_can(faces: Faces) -> None:
    rng = random.Random(1)
    some = Faces((Path("capitals.ttf"),), (Path("whole.ttf"),))

    assert some.choose("TOI MAT", rng).name == "capitals.ttf"
    assert some.choose("TỐI MẬT", rng).name == "whole.ttf"
    assert {"Ậ", "t"}.isdisjoint(CAPITALS)


def test_of_a_large_family_some_are_taken(tmp_path: Path, faces: Faces) -> None:
    for i in range(2 * LARGEST_FAMILY):
        shutil.copy(faces.whole[0], tmp_path / f"Large-{i:02d}.ttf")
    (tmp_path / "Broken.ttf").write_bytes(b"no font")

    found = faces_in([tmp_path])

    assert [path.name for path in found.whole] == [
        f"Large-{i:02d}.ttf" for i in range(0, 2 * LARGEST_FAMILY, 2)
    ]


def test_where_nothing_may_be_learnt_from_it_says_so(tmp_path: Path, faces: Faces) -> None:
    shutil.copy(faces.whole[0], tmp_path / "Lato-Heavy.ttf")

    with pytest.raises(FontMissing, match="learn from"):
        faces_in([tmp_path])
