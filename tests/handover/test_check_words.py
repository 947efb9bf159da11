"""What a check is called on paper: every check that exists has its words."""

import re
from pathlib import Path

import handover
from handover.check_words import check_words, named

CODE = re.compile(r"""\b(?:passed|failed|fail|could_not_run|not_asked)\(\s*"([a-z0-9-]+)\"""")


def test_every_check_has_words_for_people() -> None:
    sources = Path(handover.__path__[0]).glob("*.py")

    codes = {code for source in sources for code in CODE.findall(source.read_text("utf-8"))}

    assert len(codes) > 80
    assert codes - check_words().keys() == set(), "write their words into handover/data/checks.toml"


def test_a_check_without_words_is_called_by_its_code() -> None:
    assert named("bag-digest-wrong") == "Tệp đã bị thay đổi: mã băm khác bảng kê (bag-digest-wrong)"
    assert named("of-tomorrow") == "of-tomorrow"
