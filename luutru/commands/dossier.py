"""`luutru dossier`: what a dossier is, what it lacks, who signed it, and how its documents lie."""

import argparse
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from catalog import (
    arrangement,
    boundary,
    dossier_change,
    dossier_parts,
    fonds,
    sheet,
    transfer_history,
    undo,
)
from catalog import document as documents
from catalog import dossier as dossiers
from catalog.access import Scope
from catalog.arrangement import Seen
from catalog.dossier import Dossier
from catalog.dossier_change import FIELDS
from catalog.identifiers import DocumentId
from catalog.instants import VIETNAM
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.errors import InvalidInput
from review import sign_off
from review.dossier_kind import with_known_type

STATES = {"open": "đang lập", "checked": "đã kiểm tra", "signed-off": "đã ký duyệt", "merged": "đã gộp"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listed = acts.add_parser("list", help="list dossiers, 1, 2, ... 10")
    listed.add_argument("--fonds", default="", metavar="CODE", help="of this fonds only")
    listed.add_argument("--state", choices=["open", "checked", "signed-off"], help="in this state only")
    listed.add_argument("--limit", type=int, default=1000, metavar="N", help="at most N (default 1000)")
    for name, what in (
        ("show", "show one with its documents, and what it lacks to be signed off"),
        ("edit", "change what is said of one"),
        ("check", "say that all of one has been gone through; numbers its sheets"),
        ("sign-off", "put your name under one: nothing in it changes any more"),
        ("reopen", "open one again that was signed off"),
        ("merge", "put the documents of others into one"),
        ("split", "take documents out of one into a new one"),
        ("move", "put documents of others into one"),
        ("undo", "take back the last change to how its documents and pages lie"),
    ):
        act = acts.add_parser(name, help=what)
        act.add_argument("dossier", metavar="DOSSIER", help="its id, code or label")
        match name:
            case "edit":
                act.add_argument(
                    "changes", nargs="+", metavar="FIELD=VALUE", help=f"fields: {', '.join(FIELDS)}"
                )
            case "reopen":
                act.add_argument("--reason", required=True, help="why")
            case "merge":
                act.add_argument("others", nargs="+", metavar="OTHER", help="id, code or label")
            case "split" | "move":
                act.add_argument("documents", nargs="+", metavar="DOCUMENT", help="ids, as show tells them")
                if name == "split":
                    act.add_argument("--label", required=True, help="of the new dossier")
                else:
                    act.add_argument("--after", metavar="DOCUMENT", help="behind this one (default: as last)")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    if args.act == "list":
        with archive.register.read() as conn:
            place = fonds.find(conn, scope, args.fonds).id if args.fonds else None
            found = dossiers.dossiers(conn, scope, fonds=place, state=args.state, limit=args.limit)
        return _list(args, found)
    if args.act != "show":
        with archive.register.write() as conn:
            _act(conn, scope, args)
    with archive.register.read() as conn:
        told = _told(conn, scope, dossiers.named(conn, scope, args.dossier))
    if args.json:
        say_json(told)
    else:
        _show(told)
    return DONE


def _act(conn: Connection, scope: Scope, args: argparse.Namespace) -> None:
    one = dossiers.named(conn, scope, args.dossier)
    args.dossier = one.id  # its name may change
    match args.act:
        case "edit":
            changes = with_known_type(_changes(args.changes))
            dossier_change.edit(conn, scope, one.id, changes, revision=one.revision)
        case "check":
            sign_off.check(conn, scope, one.id, revision=one.revision)
        case "sign-off":
            sign_off.sign_off(conn, scope, one.id, revision=one.revision)
        case "reopen":
            sign_off.reopen(conn, scope, one.id, reason=args.reason)
        case "merge":
            others = [dossiers.named(conn, scope, other).id for other in args.others]
            dossier_parts.merge_dossiers(conn, scope, one.id, others)
        case "split":
            chosen = [DocumentId(name) for name in args.documents]
            seen = _seen(conn, scope, chosen)
            made = dossier_parts.split_dossier(conn, scope, one.id, chosen, args.label, seen=seen)
            args.dossier = made
        case "move":
            chosen = [DocumentId(name) for name in args.documents]
            after = DocumentId(args.after) if args.after else None
            seen = _seen(conn, scope, chosen)
            arrangement.move(conn, scope, chosen, one.id, seen=seen, after=after)
        case "undo":
            undo.undo(conn, scope, undo.last(conn, scope, dossier=one.id).id)


def _changes(words: list[str]) -> dict[str, str | None]:
    changes: dict[str, str | None] = {}
    for word in words:
        name, there, value = word.partition("=")
        if not there:
            raise InvalidInput(f"write FIELD=VALUE; found {word!r}")
        changes[name] = value or None
    return changes


def _seen(conn: Connection, scope: Scope, chosen: list[DocumentId]) -> Seen:
    return {name: documents.get(conn, scope, name).arrangement for name in chosen}


def _told(conn: Connection, scope: Scope, one: Dossier) -> dict[str, Any]:
    counted = sheet.count_dossier(conn, scope, one.id)
    return _plain(one) | {
        "documents": [
            {"id": each.id, "name": each.shown, "state": each.state, "arrangement": each.arrangement}
            for each in documents.of_dossier(conn, scope, one.id)
        ],
        "pages": counted.pages,
        "sheets": counted.sheets,
        "a4": counted.a4,
        "a4_source": counted.source,
        "a4_unverified": counted.unverified,
        "unsized": counted.unsized,
        "boundaries": boundary.count_open(conn, scope, one.id),
        "lacks": {gap.code: gap.count for gap in sign_off.gaps(conn, scope, one.id)},
        "handovers": [
            {
                "number": each.number,
                "direction": each.direction,
                "state": each.state.value,
                "from": each.from_name,
                "to": each.to_name,
                "decision": each.decision.value if each.decision else None,
                "passed_at": each.passed_at.isoformat() if each.passed_at else None,
                "passed": each.passed,
            }
            for each in transfer_history.passages(conn, scope, one.id)
        ],
    }


def _plain(one: Dossier) -> dict[str, Any]:
    return {
        "dossier": one.id,
        "fonds": one.fonds_code,
        "box": one.box_label,
        "label": one.label,
        "code": one.code,
        "title": one.title,
        "date_from": one.date_from.isoformat() if one.date_from else None,
        "date_to": one.date_to.isoformat() if one.date_to else None,
        "type": one.type,
        "type_source": one.type_source,
        "retention": one.retention.value,
        "retention_code": one.retention.code,
        "retention_state": one.retention.state,
        "access_mode": one.access_mode,
        "state": one.state,
        "signed_by": one.signed_by,
        "signed_at": one.signed_at.isoformat() if one.signed_at else None,
        "revision": one.revision,
    }


def _list(args: argparse.Namespace, found: list[Dossier]) -> int:
    if args.json:
        say_json({"dossiers": [_plain(one) for one in found]})
        return DONE
    for one in found:
        place = f"{one.box_label} · " if one.box_label else ""
        say(f"{one.id}  {one.fonds_code:<10} {place}{one.label}: {one.title} · {STATES[one.state]}")
    return DONE


def _show(told: dict[str, Any]) -> None:
    say(f"{told['label']}: {told['title']} · {STATES[told['state']]}")
    there = len(told["documents"])
    say(f"  {there} văn bản, {told['pages']} trang, {told['sheets']} tờ, quy ra {told['a4']:g} trang A4")
    for number, each in enumerate(told["documents"], start=1):
        say(f"  {number:>4}  {each['id']}  {each['name']}")
    for each in told["handovers"]:
        day = ""
        if each["passed"]:
            moment = datetime.fromisoformat(each["passed_at"]).astimezone(VIETNAM)
            day = f", đã nhận ngày {moment:%d/%m/%Y}"
        say(f"  bàn giao {each['number']}: {each['from']} → {each['to']}{day}")
    if told["lacks"]:
        say("  còn thiếu: " + ", ".join(f"{code} ({count})" for code, count in told["lacks"].items()))


DOSSIER = Verb("dossier", _arguments, _run)
