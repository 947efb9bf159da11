"""The font and the profile that every PDF/A carries are the ones their maker makes."""

from paper.data import make
from paper.glyphless import FONT_FILE, WIDE_GAP, Alphabet
from paper.pdfa import PROFILE_FILE


def test_the_font_is_the_one_its_maker_makes() -> None:
    assert FONT_FILE.read_bytes() == make.font()


def test_the_profile_is_small_and_of_a_version_pdf_a_takes() -> None:
    data = PROFILE_FILE.read_bytes()

    assert len(data) < 4096
    assert data[8] == 4
    assert data[16:20] == b"RGB "


def test_every_letter_has_a_code_of_its_own() -> None:
    alphabet = Alphabet()
    letters = ["a", "ậ", "𡨸", "\ue000", "\ue001", WIDE_GAP, "喃"]

    codes = [alphabet.code(letter) for letter in letters]

    assert len(set(codes)) == len(letters)
    assert codes == [alphabet.code(letter) for letter in letters]
    assert codes[:2] == [ord("a"), ord("ậ")]


def test_when_private_codes_run_out_a_letter_is_shown_as_unknown() -> None:
    alphabet = Alphabet()
    for number in range(0xF900 - 0xE000):
        alphabet.code(chr(0x20000 + number))

    assert alphabet.code("\U0002f800") == ord("\N{REPLACEMENT CHARACTER}")
