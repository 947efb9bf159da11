"""What a stranger wrote does nothing to a register, a screen or a terminal."""

import pytest

from catalog.harmless import harmless, harmless_lines


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("\x1b[2Jđạt", "\\x1b[2Jđạt"),
        ("a\u202efdp.exe", "a\\u202efdp.exe"),
        ("\udcff.pdf", "\\udcff.pdf"),
        ("một\nhai", "một\\nhai"),
        ("\x9b1m", "\\x9b1m"),
    ],
)
def test_signs_that_do_something_are_told_as_what_they_are(written: str, told: str) -> None:
    assert harmless(written) == told


def test_all_other_text_stays_as_it_is() -> None:
    plain = "Quyết định số 12/QĐ-UBND\tngày 01/07/2025 “…” a\u0323"

    assert harmless(plain) == plain
    assert harmless_lines("một\nhai\x07") == "một\nhai\\x07"
