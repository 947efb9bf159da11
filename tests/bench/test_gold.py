"""True values that may not be read: they score those who hold the page, and tell nothing to others."""

from bench.gold import HANDWRITTEN, PRINTED, STAMPED, SealedField, load, sealed


def test_a_seal_holds_for_the_value_under_the_pages_key_alone() -> None:
    field = SealedField(sealed("12/QĐ-UBND", b"key"), PRINTED)

    assert field.holds("12/QĐ–UBND", b"key")
    assert not field.holds("12/QĐ-UBND", b"another")
    assert not field.holds("13/QĐ-UBND", b"key")


def test_the_table_holds_seals_and_nothing_in_the_clear() -> None:
    table = load()

    assert len(table) == 11
    for fields in table.values():
        for field in fields.values():
            assert len(field.seal) == 64 and set(field.seal) <= set("0123456789abcdef")
            assert field.by in (PRINTED, STAMPED, HANDWRITTEN)
