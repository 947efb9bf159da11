"""How a handover is told on the command line: to programs as plain values, to people in Vietnamese."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from catalog import transfer_case, transfer_totals
from catalog.access import Scope
from catalog.harmless import harmless, harmless_lines
from catalog.inventory import Counts, Inventory
from catalog.transfer import Transfer
from catalog.transfer_item import Decision, Item, inventory, items
from catalog.transfer_parcel import parcels, short, total_digest
from handover.check_details import spoken, spoken_check
from handover.check_words import named
from handover.outcome import Check
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.verb import say

STATES = {
    "draft": "đang lập",
    "sealing": "đang niêm phong",
    "sealed": "đã niêm phong",
    "delivered": "đã giao",
    "under-check": "đang kiểm tra",
    "accepted": "đã nhận đủ",
    "accepted-in-part": "đã nhận một phần",
    "returned": "trả lại toàn bộ",
    "closed": "đã kết thúc",
    "dropped": "đã bỏ",
}
DECIDED = {
    Decision.ACCEPTED: "nhận",
    Decision.RESERVED: "nhận có bảo lưu",
    Decision.RETURNED: "trả lại",
    Decision.REFUSED: "từ chối",
    Decision.MISSING: "thiếu",
}
MARKS = {"passed": "đạt", "failed": "SAI", "could-not-run": "chưa kiểm tra được", "not-asked": "không hỏi"}
WAYS = {"out": "đi", "in": "đến"}
MEDIA = {"paper": "giấy", "digital": "số", "both": "giấy và số"}


def plain(one: Transfer) -> dict[str, Any]:
    """Return a handover as programs get it."""
    return {
        "transfer": one.id,
        "number": one.number,
        "direction": one.direction,
        "route": one.route,
        "state": one.state.value,
        "title": one.title,
        "from": {"unit": one.from_unit, "name": one.from_name, "code": one.from_code},
        "to": {"unit": one.to_unit, "name": one.to_name, "code": one.to_code},
        "receives_as": one.receives_as,
        "case": one.case,
        "decision_number": one.decision_number,
        "decision_date": _day(one.decision_date),
        "article": one.article,
        "supplement_to": one.supplement_to,
        "peer": one.peer,
        "sealed_at": _moment(one.sealed_at),
        "delivered_at": _moment(one.delivered_at),
        "concluded_at": _moment(one.concluded_at),
        "paper_passed": one.paper_passed,
        "copy_until": _day(one.copy_until),
    }


def whole(conn: Connection, scope: Scope, one: Transfer, *, with_items: bool) -> dict[str, Any]:
    """Return a handover with its inventory, totals, parcels and what the rules say of it."""
    from catalog import transfer_fonds  # it knows of pages and readings, which a list needs not

    rule = transfer_case.case(one.case)
    inside = items(conn, scope, one.id)
    total = transfer_totals.totals(conn, scope, one.id)
    boxes = parcels(conn, scope, one.id)
    permanent, fixed = transfer_case.against(rule, one.receives_as, [item.retention_code for item in inside])
    return plain(one) | {
        "inventory": (one.announced or inventory(conn, scope, one.id)).to_plain(),
        "announced": one.announced is not None,
        "decided": {each.value: total.of(each).to_plain() for each in Decision},
        "undecided": total.undecided.to_plain(),
        "adds_up": total.add_up,
        "passed": sum(item.passed_at is not None for item in inside),
        "parcels": [
            {
                "number": each.number,
                "name": each.name,
                "digest": each.digest,
                "short": short(each.digest),
                "files": each.files,
                "bytes": each.bytes,
                "dossiers": each.dossiers,
                "state": each.state,
                "outcome": (each.verdict or {}).get("outcome"),
            }
            for each in boxes
        ],
        "digest": total_digest(boxes) if boxes else None,
        "profile": (one.frame or {}).get("profile"),
        "fonds": {
            theirs: {"fonds": each.fonds.code, "said_by": each.said_by}
            for theirs, each in transfer_fonds.filed(conn, scope, one.id).items()
        },
        "rule": {
            "case": rule.name,
            "article": rule.article,
            "permanent": rule.permanent_told,
            "fixed_term": rule.fixed_term_told,
            "digital": rule.digital_told,
            "against": {"permanent": permanent, "fixed_term": fixed},
            "source": rule.source,
            "verified": rule.verified,
        },
        **({"items": [plain_item(item) for item in inside]} if with_items else {}),
    }


def plain_item(item: Item) -> dict[str, Any]:
    """Return one dossier of a handover as programs get it."""
    return {
        "item": item.id,
        "ordinal": item.ordinal,
        "dossier": item.dossier,
        "identifier": item.identifier,
        "title": item.title,
        "unfinished": item.unfinished,
        "medium": item.medium,
        **item.counts.to_plain(),
        "parcel": item.parcel,
        "digest": item.digest,
        "decision": item.decision.value if item.decision else None,
        "reason": item.reason,
        "deadline": _day(item.deadline),
        "decided_by": item.decided_by,
        "passed_at": _moment(item.passed_at),
        "withheld": item.withheld,
    }


def say_list(found: Sequence[Transfer]) -> None:
    """Tell a person which handovers there are."""
    for one in found:
        state, way = STATES[one.state.value], WAYS[one.direction]
        say(f"{one.number}  {one.id}  {way:<3}  {state:<18} {one.from_name} → {one.to_name}: {one.title}")


def say_check(check: Check, level: str = "") -> None:
    """Tell a person what a check found: where, what it is called, and what was seen."""
    parts = (level, f"{harmless(check.subject)}:" if check.subject else "", named(check.code))
    detail = harmless(spoken_check(check))
    say("  " + " ".join(filter(None, parts)) + (f": {detail}" if detail else ""))


def say_withheld(names: Sequence[str]) -> None:
    """Tell a person which parcels go nowhere any more."""
    for name in names:
        say(f"  {name}: có hồ sơ bên giao rút lại, gói không đi nữa; hồ sơ khác đi bằng đợt bổ sung")


def tell_failed(args: argparse.Namespace) -> int:
    """Tell what could not be taken in, if anything was to be; return the exit code."""
    failed: tuple[tuple[str, str, str], ...] = getattr(args, "failed", ())
    for identifier, slug, reason in failed:
        sys.stderr.write(harmless_lines(f"{identifier}: {named(slug)}: {spoken(slug, reason)}") + "\n")
    return FAULTS if failed else DONE


def say_whole(told: dict[str, Any]) -> None:
    """Tell a person all of one handover."""
    say(f"{told['number']} · {STATES[told['state']]} · {told['title']}")
    say(f"  {told['from']['name']} → {told['to']['name']}")
    if told["decision_number"]:
        parts = (told["decision_number"], told["decision_date"], told["article"])
        say(f"  căn cứ {', '.join(filter(None, parts))}")
    kept = Inventory.from_plain(told["inventory"])
    say(f"  {'thông báo' if told['announced'] else 'hiện có'}: {_counted(kept.total)}")
    say(f"    đã giải quyết xong: {_counted(kept.completed)}")
    say(f"    chưa giải quyết xong: {_counted(kept.unfinished)}")
    for medium, counts in kept.by_medium.items():
        if counts.dossiers:
            say(f"    {MEDIA[medium]}: {_counted(counts)}")
    length = f", {kept.metres:g} mét giá" if kept.metres is not None else ""
    say(f"    {kept.boxes} hộp{length}")
    for decision in Decision:
        counts = Counts.from_plain(told["decided"][decision.value])
        if counts.dossiers:
            say(f"  {DECIDED[decision]}: {_counted(counts)}")
    rule = told["rule"]
    for name, what in (("permanent", "vĩnh viễn"), ("fixed_term", "có thời hạn")):
        if rule["against"][name]:
            note = "" if rule["verified"] else " (chưa đối chiếu văn bản gốc)"
            say(f"  lưu ý: {rule['against'][name]} hồ sơ {what}: {rule[name]} {rule['article']}{note}")
    for theirs, filed in told["fonds"].items():
        say(f"  phông {theirs} của bên giao: vào phông {filed['fonds']} ({filed['said_by']})")
    for each in told["parcels"]:
        inside = f"{each['dossiers']} hồ sơ, {each['files']} tệp, {each['state']}"
        say(f"  {each['name']}  {each['short']}  {inside}")
    for item in told.get("items", ()):
        notes = [item["title"]]
        notes += ["chưa giải quyết xong"] if item["unfinished"] else []
        notes += [DECIDED[Decision(item["decision"])]] if item["decision"] else []
        say(f"  {item['ordinal']:>5}  {item['identifier']}  {' · '.join(notes)}")


def _counted(counts: Counts) -> str:
    return f"{counts.dossiers} hồ sơ, {counts.documents} văn bản, {counts.pages} trang, {counts.sheets} tờ"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
