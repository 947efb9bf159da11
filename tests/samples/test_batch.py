"""A batch is whole, opens everywhere, and its truth is true."""

import hashlib
import io
import unicodedata
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from samples import truth as truths
from samples.__main__ import main
from samples.batch import make_batch
from samples.truth import TrueFile, TruePage, Truth


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples") / "batch"


@pytest.fixture(scope="module")
def truth(folder: Path) -> Truth:
    return make_batch(folder, seed=7, size="small")


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def images(data: bytes, media: str) -> list[tuple[int, int]]:
    """Width and height of every page as its own library reads it."""
    if media == "application/zip":
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            return [size for name in bundle.namelist() for size in images(bundle.read(name), "image/tiff")]
    if media == "application/pdf":
        with pikepdf.open(io.BytesIO(data)) as pdf:
            found = [list(page.get_images().values()) for page in pdf.pages]
            return [(int(page[0].Width), int(page[0].Height)) if page else (0, 0) for page in found]
    sizes = []
    with Image.open(io.BytesIO(data)) as image:
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            image.load()
            sizes.append(image.size)
    return sizes


def test_the_same_seed_makes_the_same_bytes(truth: Truth, folder: Path, tmp_path: Path) -> None:
    again = make_batch(tmp_path / "again", seed=7, size="small")

    assert digests(tmp_path / "again") == digests(folder)
    assert again == truth


def test_another_seed_makes_other_records(truth: Truth, tmp_path: Path) -> None:
    other = make_batch(tmp_path / "other", seed=8, size="small")

    assert {page.text for page in other.pages} & {page.text for page in truth.pages} <= {""}


def test_every_file_on_disk_is_in_the_truth_and_the_other_way_round(truth: Truth, folder: Path) -> None:
    on_disk = set(digests(folder))

    assert on_disk == {file.path for file in truth.files}
    assert any(path != unicodedata.normalize("NFC", path) for path in on_disk)


def test_every_readable_file_opens_and_has_the_pages_and_pixels_the_truth_tells(
    truth: Truth, folder: Path
) -> None:
    for file in (file for file in truth.files if file.fate == "read"):
        sizes = images((folder / file.path).read_bytes(), file.media)

        told = [(page.width, page.height) if page.cls != "digital" else (0, 0) for page in file.pages]
        assert sizes == told, file.path


def test_a_batch_holds_every_kind_of_file_and_fate(truth: Truth) -> None:
    media = {file.media for file in truth.files}
    classes = {page.cls for page in truth.pages}

    assert media >= {
        "application/pdf",
        "application/zip",
        "image/tiff",
        "image/jpeg",
        "image/png",
        "image/jp2",
    }
    assert {file.fate for file in truth.files} == {"read", "duplicate", "refused"}
    assert {file.reason for file in truth.files} == {"", "damaged", "unknown-format"}
    assert classes >= {"blank", "digital", "upside", "low150", "bilevel200", "seal", "faded", "skew", "bleed"}


def test_a_duplicate_is_the_same_bytes_as_its_original(truth: Truth, folder: Path) -> None:
    duplicate = next(file for file in truth.files if file.fate == "duplicate")

    assert (folder / duplicate.path).read_bytes() == (folder / duplicate.same_as).read_bytes()


def test_the_damaged_file_does_not_open(truth: Truth, folder: Path) -> None:
    damaged = next(file for file in truth.files if file.reason == "damaged")

    with pytest.raises(pikepdf.PdfError):
        pikepdf.open(folder / damaged.path)


def test_a_born_digital_page_carries_its_truth_as_text(truth: Truth, folder: Path) -> None:
    file, number, page = _digital(truth)

    pdf = pypdfium2.PdfDocument(folder / file.path)
    text = pdf[number].get_textpage().get_text_bounded()
    pdf.close()

    assert unicodedata.normalize("NFC", text).split() == page.text.split()


def _digital(truth: Truth) -> tuple[TrueFile, int, TruePage]:
    return next(
        (file, number, page)
        for file in truth.files
        for number, page in enumerate(file.pages)
        if page.cls == "digital"
    )


def test_the_truth_beside_the_folder_says_the_same(truth: Truth, folder: Path) -> None:
    assert truths.load(folder.with_name(folder.name + ".truth.json")) == truth


def test_words_are_nfc_and_stand_inside_their_page(truth: Truth) -> None:
    for page in truth.pages:
        for word in page.words:
            x0, y0, x1, y1 = word.box
            assert word.text == unicodedata.normalize("NFC", word.text)
            assert 0 <= x0 < x1 <= page.width and 0 <= y0 < y1 <= page.height, word


def test_a_folder_with_something_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("x")

    code = main([str(tmp_path)])

    assert code == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
