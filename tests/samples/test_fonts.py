"""The typefaces must have every Vietnamese letter, and it must be said where none has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samples import fonts


@pytest.fixture
def fresh() -> Iterator[None]:
    fonts.font_file.cache_clear()
    yield
    fonts.font_file.cache_clear()


@pytest.mark.parametrize("family", sorted(fonts.FACES))
@pytest.mark.parametrize("style", fonts.STYLES)
def test_every_face_in_use_has_every_vietnamese_letter(family: str, style: str) -> None:
    assert fonts.complete(fonts.font_file(family, style))


def test_the_letters_are_small_and_capital_with_all_their_tones() -> None:
    assert len(fonts.vietnamese_letters()) == len(set(fonts.vietnamese_letters())) == 178


@pytest.mark.usefixtures("fresh")
def test_where_no_font_is_installed_the_package_to_install_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))

    with pytest.raises(fonts.FontMissing, match="fonts-liberation2"):
        fonts.font_file("serif", "bold")


@pytest.mark.usefixtures("fresh")
def test_where_the_first_choice_is_missing_the_next_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dejavu = Path("/usr/share/fonts/truetype/dejavu")
    if not dejavu.is_dir():
        pytest.skip("fonts-dejavu-core is not installed")
    (tmp_path / "dejavu").symlink_to(dejavu)
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))

    assert fonts.font_file("serif", "regular").name == "DejaVuSerif.ttf"
