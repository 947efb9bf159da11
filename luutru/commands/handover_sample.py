"""`luutru handover sample`: the dossiers drawn for a person to look at (R7), and what the person saw."""

import argparse
from typing import Any

from catalog import transfer as transfers
from catalog import transfer_sample
from catalog.access import Scope
from catalog.transfer_item import Item
from catalog.transfer_item import find as find_item
from catalog.transfer_sample import Mark
from handover.receiving_room import room_in
from handover.sample import Sample, sample
from luutru.bootstrap import Archive
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.verb import say, say_json
from luutru.errors import InvalidInput

SEEN = {"passed": "đạt", "failed": "KHÔNG ĐẠT"}
CAME_TO = {
    "passed": "mẫu đạt",
    "failed": "mẫu KHÔNG ĐẠT: quá số cho phép",
    "": "chưa xem hết mẫu",
}


def run(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    """Write down what was seen, and tell the sample."""
    with archive.register.read() as conn:
        one = transfers.find(conn, scope, args.number, giver=args.from_unit)
    with archive.register.write() as conn:
        for word in args.mark:
            name, there, outcome = word.rpartition("=")
            if not there:
                raise InvalidInput(f"write DOSSIER=passed or DOSSIER=failed; found {word!r}")
            item = find_item(conn, scope, one.id, name)
            transfer_sample.mark(conn, scope, one.id, item.id, outcome, args.note)
    with archive.register.read() as conn:
        found = sample(conn, scope, one.id)
    if args.json:
        say_json(_plain(archive, found))
    else:
        _say(found)
    return FAULTS if found.outcome == "failed" else DONE


def _plain(archive: Archive, found: Sample) -> dict[str, Any]:
    room = room_in(archive.home)
    return {
        "number": found.transfer.number,
        "lot": found.lot,
        "plan": found.plan.name,
        "verified": not found.plan.unverified,
        "acceptance": found.plan.acceptance,
        "looked_at": found.looked_at,
        "failed": found.failed,
        "outcome": found.outcome or None,
        "folder": str(room.folder / found.transfer.id) if found.transfer.direction == "in" else None,
        "dossiers": [_dossier(one, found.marks.get(one.id), one.id in found.here) for one in found.drawn],
    }


def _dossier(one: Item, mark: Mark | None, here: bool) -> dict[str, Any]:
    return {
        "item": one.id,
        "ordinal": one.ordinal,
        "identifier": one.identifier,
        "title": one.title,
        "parcel": one.parcel,
        "here": here,
        "outcome": mark.outcome if mark else None,
        "note": mark.note if mark else "",
        "by": mark.by if mark else None,
        "at": mark.at.isoformat() if mark else None,
    }


def _say(found: Sample) -> None:
    say(
        f"{found.transfer.number}: rút {len(found.drawn)}/{found.lot} hồ sơ, đã xem {found.looked_at}, "
        f"không đạt {found.failed} (cho phép {found.plan.acceptance})"
    )
    for one in found.drawn:
        mark = found.marks.get(one.id)
        waits = "chưa xem" if one.id in found.here else "bị giữ lại" if one.id in found.held else "chưa đến"
        seen = SEEN[mark.outcome] if mark else waits
        note = f": {mark.note}" if mark and mark.note else ""
        say(f"  {one.ordinal:>5}  {one.identifier}  {one.title}  [{seen}{note}]")
    say(f"kết luận: {CAME_TO[found.outcome]}")
