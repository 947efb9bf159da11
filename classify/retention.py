"""How long must a dossier be kept? A rule with its source, or a question to a person; never a guess.

Only a rule that a source states, that is believed to be in force and whose conditions are known, answers by
itself. What stands in a replaced table, or in no text we saw, is shown to a person as a proposal, with its
source (`data/retention.toml`). Where a dossier goes depends on the answer: TT 06/2025/TT-BNV, Điều 39-40.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from classify.dossier_taxonomy import MIXED, load, taxonomy
from classify.dossier_words import folded
from luutru.errors import InvalidInput

PERMANENT = "Vĩnh viễn"

CODES = {PERMANENT: "01", "70 năm": "02", "50 năm": "03", "30 năm": "04", "20 năm": "05", "10 năm": "06"}
"""`maintenance` of TT 05/2025/TT-BNV, Phụ lục III; all else is 07, with its true value kept beside it."""

OTHER = "07"

CITED, SUPERSEDED, UNVERIFIED = "cited", "superseded", "unverified"

_YEARS = re.compile(r"0*([1-9][0-9]{0,2}) nam")


class RetentionInvalid(InvalidInput):
    """A retention period that nobody can keep to."""

    slug = "retention-invalid"


@dataclass(frozen=True)
class RetentionRule:
    """One line of a retention table."""

    id: str
    types: tuple[str, ...]
    when: Mapping[str, str]  #: facts that must hold, by name
    value: str  #: "Vĩnh viễn", "20 năm", as `true_value` writes it
    standing: str  #: cited, superseded, unverified
    source: str

    @property
    def code(self) -> str:
        """01 to 07."""
        return code_of(self.value)


@dataclass(frozen=True)
class RetentionAnswer:
    """How long, by which rule; or what a person must decide, and between what."""

    value: str | None  #: true value; None: a person must say
    code: str | None  #: 01 to 07
    rule: str | None  #: id of the rule
    source: str | None
    asked: bool
    why: str  #: in Vietnamese, for the one who decides
    proposals: tuple[RetentionRule, ...] = ()  #: what might apply; never law by itself

    @property
    def permanent(self) -> bool:
        """To be handed to the historical archive (TT 06/2025/TT-BNV, Điều 39-40)."""
        return self.value == PERMANENT


def true_value(written: str) -> str:
    """Return a period as it is kept: "Vĩnh viễn", "5 năm", or other words as they stand.

    Raises:
        RetentionInvalid: nothing is written.
    """
    bare = folded(written)
    if not bare:
        raise RetentionInvalid("expected a retention period, found nothing")
    if bare in ("vinh vien", "vv", "bao quan vinh vien"):
        return PERMANENT
    years = _YEARS.fullmatch(bare)
    return f"{int(years[1])} năm" if years else written.strip()


def code_of(value: str) -> str:
    """Return the code 01-07 of a period, however it is written; 5 and 15 years are 07."""
    return CODES.get(true_value(value), OTHER)


def propose(type_code: str | None, facts: Mapping[str, str] | None = None) -> RetentionAnswer:
    """Return how long a dossier of this kind must be kept, as far as rules and `facts` tell.

    Args:
        type_code: a code of the list, `MIXED`, or None for a kind nobody has said yet.
        facts: what is known of the dossier, by the names in `data/retention.toml` ("serious": "có").

    Raises:
        TypeUnknown: the code is none of the list.
    """
    if type_code is None or taxonomy().code(type_code) == MIXED:
        return _ask("Chưa rõ loại hồ sơ nên chưa có căn cứ xác định thời hạn.", ())
    kind, facts = taxonomy().code(type_code), facts or {}
    listed = [rule for rule in rules() if kind in rule.types]
    possible = tuple(
        rule for rule in listed if all(facts.get(name, said) == said for name, said in rule.when.items())
    )
    certain = [rule for rule in possible if all(name in facts for name in rule.when)]
    if not possible:
        return _ask("Chưa có quy định nào trong bảng thời hạn cho loại hồ sơ này.", ())
    if len({rule.value for rule in possible}) > 1 or not certain:
        missing = sorted({name for rule in possible for name in rule.when if name not in facts})
        told = "; ".join(_fact_names()[name] for name in missing)
        return _ask(f"Cần biết thêm: {told}." if told else "Các nguồn không thống nhất.", possible)
    rule = certain[0]
    if rule.standing != CITED:
        return _ask(
            "Giá trị lấy từ bảng đã hết hiệu lực, phải đối chiếu văn bản hiện hành."
            if rule.standing == SUPERSEDED
            else "Giá trị chưa đối chiếu với văn bản.",
            possible,
        )
    return RetentionAnswer(
        rule.value, rule.code, rule.id, rule.source, False, f"Theo {rule.source}.", possible
    )


def _ask(why: str, proposals: tuple[RetentionRule, ...]) -> RetentionAnswer:
    return RetentionAnswer(None, None, None, None, True, why, proposals)


@cache
def rules() -> tuple[RetentionRule, ...]:
    """Return the whole table."""
    return tuple(_rule(told) for told in load("retention")["rule"])


@cache
def _fact_names() -> Mapping[str, str]:
    return dict(load("retention")["facts"])


def _rule(told: Mapping[str, Any]) -> RetentionRule:
    return RetentionRule(
        told["id"],
        tuple(told["types"]),
        dict(told.get("when", {})),
        told["value"],
        told["standing"],
        told["source"],
    )
