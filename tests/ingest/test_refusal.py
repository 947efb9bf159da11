"""The reasons of intake."""

from ingest import refusal


def test_every_leaf_is_found_by_its_slug() -> None:
    leaves = {
        each
        for each in vars(refusal).values()
        if isinstance(each, type) and issubclass(each, refusal.Refused)
    }

    assert set(refusal.BY_SLUG.values()) == leaves
    assert len(refusal.BY_SLUG) == len(leaves)
