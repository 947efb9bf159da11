"""Small files in one body: what goes in comes out, what is no bundle is refused, and there are bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover import arriving, bundle
from handover.bundle import BundleWrong, groups, made, opened

PATHS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=255)


@given(st.dictionaries(PATHS, st.binary(max_size=50), max_size=8))
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    assert opened(made(files)) == files


@given(st.dictionaries(PATHS, st.binary(max_size=50), min_size=1, max_size=4), st.data())
def test_what_is_cut_is_refused_or_less(files: dict[str, bytes], data: st.DataObject) -> None:
    whole = made(files)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]

    try:
        found = opened(cut)
    except BundleWrong:
        return
    assert len(found) < len(files)
    assert found.items() <= files.items()


FIRST = made({})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK",
        FIRST + b"x",
        FIRST + b"-1 a\n",
        FIRST + b"01 a\nx",
        FIRST + b"999999999 a\n",
        FIRST + b"1 \nx",
        FIRST + b"1 \xff\nx",
        FIRST + b"1 a\nx1 a\ny",
        FIRST + b"1 " + b"a" * 5000 + b"\nx",
        FIRST + b"".join(b"0 %d\n" % number for number in range(bundle.MOST_FILES + 1)),
    ],
)
def test_what_is_no_bundle_is_refused(body: bytes) -> None:
    with pytest.raises(BundleWrong):
        opened(body)


@given(st.lists(st.integers(0, 2 * bundle.LARGEST), max_size=1500))
def test_every_small_file_goes_once_in_its_order_and_a_bundle_fits_into_a_body(sizes: list[int]) -> None:
    files = [(f"{number:0255d}", size) for number, size in enumerate(sizes)]

    found = list(groups(files))

    assert [path for some in found for path in some] == [
        path for path, size in files if size <= bundle.LARGEST
    ]
    for some in found:
        whole = sum(dict(files)[path] + 9 + 4 * 255 + 1 for path in some) + len(FIRST)
        assert len(some) <= bundle.MOST_FILES
        assert whole <= arriving.BLOCK
