"""`luutru handover`: hand dossiers over to another office, with proof, and decide on what comes."""

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog import dossier as dossiers
from catalog import fonds as fondses
from catalog import transfer as transfers
from catalog import (
    transfer_acceptance,
    transfer_decision,
    transfer_draft,
    transfer_sealing,
)
from catalog import unit as units
from catalog.access import Scope
from catalog.identifiers import DossierId
from catalog.instants import now
from catalog.transfer import Transfer
from catalog.transfer_case import cases
from catalog.transfer_decision import Said
from catalog.transfer_item import find
from catalog.transfer_state import State
from handover.outcome import Check, Outcome
from handover.receiving_room import room_in
from luutru.bootstrap import Archive
from luutru.commands import handover_told as tell
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.handover_named import fonds_said
from luutru.commands.handover_words import DECISIONS, arguments
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.errors import InvalidInput

# --- acts ----------------------------------------------------------------------------------------------


def _run(args: argparse.Namespace) -> int:
    # What an act needs is imported by that act: signatures, forms and parcels take seconds to load.
    match args.act:
        case "verify" | "receive" | "send" | "receipt":
            from luutru.commands import handover_receiving

            return handover_receiving.ACTS[args.act](args)
        case "cases":
            return _cases(args)
    archive, scope = opened(args)
    match args.act:
        case "sample":
            from luutru.commands import handover_sample

            return handover_sample.run(archive, scope, args)
        case "board" | "holding" | "minutes" | "print":
            from luutru.commands import handover_papers

            return handover_papers.run(archive, scope, args)
        case "list":
            return _list(archive, scope, args)
        case "seal":
            return _seal(archive, scope, args)
        case "check":
            return _check(archive, scope, args)
        case "export":
            return _export(archive, scope, args)
        case "accept":
            _accept(archive, scope, args)
        case "show":
            pass
        case _:
            with archive.register.write() as conn:
                args.number = _ACTS[args.act](conn, scope, args).id
            if args.act == "close":
                from handover.reception import clear_room

                clear_room(archive.register, scope, room_in(archive.home), args.number)
    return _show(archive, scope, args)


def _draft(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    first = transfers.find(conn, scope, args.supplement_to).id if args.supplement_to else None
    return transfer_draft.draft(
        conn,
        scope,
        giver=units.find(conn, scope, args.giver).id,
        receiver=units.find(conn, scope, args.receiver).id,
        case=args.case,
        title=args.title,
        route=args.route,
        receives_as=args.receives_as,
        decision_number=args.decision,
        decision_date=args.date,
        article=args.article,
        supplement_to=first,
        peer=args.peer,
        boxes=args.boxes,
        centimetres=args.metres,
    )


def _edit(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    changes: dict[str, Any] = {}
    for word in args.changes:
        name, there, value = word.partition("=")
        if not there:
            raise InvalidInput(f"write FIELD=VALUE; found {word!r}")
        changes[name] = value or None
    try:
        if changes.get("decision_date"):
            changes["decision_date"] = date.fromisoformat(changes["decision_date"])
        for name in ("boxes", "centimetres"):
            if changes.get(name):
                changes[name] = int(changes[name])
    except ValueError as error:
        raise InvalidInput(f"no date as in 2025-07-01, or no whole number: {error}") from error
    return transfer_draft.edit(conn, scope, _named(conn, scope, args).id, changes)


def _add(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    one = _named(conn, scope, args)
    names: list[DossierId] = [dossiers.named(conn, scope, name).id for name in args.dossiers]
    filtered = args.fonds or args.state or args.permanent or args.fixed_term or args.paper_only
    if filtered or args.year_until is not None:
        names += transfer_draft.chosen(
            conn,
            scope,
            one.id,
            fonds=fondses.find(conn, scope, args.fonds).id if args.fonds else None,
            state=args.state,
            permanent=True if args.permanent else False if args.fixed_term else None,
            paper_only=True if args.paper_only else None,
            year_until=args.year_until,
        )
    elif not names:
        raise InvalidInput("name dossiers, or say which by --fonds, --state, --permanent...")
    transfer_draft.add(conn, scope, one.id, names, unfinished=args.unfinished, medium=args.medium)
    return one


def _remove(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    one = _named(conn, scope, args)
    gone = [find(conn, scope, one.id, name).id for name in args.dossiers]
    transfer_draft.remove(conn, scope, one.id, gone)
    return one


def _unarranged(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    one = _named(conn, scope, args)
    transfer_draft.add_unarranged(
        conn,
        scope,
        one.id,
        args.description,
        years=args.years,
        amount=args.amount,
        centimetres=args.metres,
        note=args.note,
    )
    return one


def _drop(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    one = _named(conn, scope, args)
    transfer_draft.drop(conn, scope, one.id)
    return one


def _unseal(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    return transfer_sealing.abandon(conn, scope, _named(conn, scope, args).id, reason=args.reason)


def _deliver(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    return transfer_sealing.deliver(conn, scope, _named(conn, scope, args).id)


def _decide(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    one, fonds = _named(conn, scope, args), fonds_said(args.fonds_said)
    if fonds:
        from catalog import transfer_fonds

        transfer_fonds.say(conn, scope, one.id, fonds)
    said = Said(DECISIONS[args.decision], args.reason, args.until, although=args.although)
    if bool(args.dossiers) == args.rest:
        raise InvalidInput("name dossiers, or say --rest")
    if args.rest:
        transfer_decision.decide_rest(conn, scope, one.id, said, on_paper=args.on_paper)
        return one
    chosen = [find(conn, scope, one.id, name).id for name in args.dossiers]
    said_of = dict.fromkeys(chosen, said)
    return transfer_decision.decide(conn, scope, one.id, said_of, on_paper=args.on_paper)


def _paper(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    return transfer_acceptance.paper_came(conn, scope, _named(conn, scope, args).id)


def _close(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    return transfer_acceptance.close(conn, scope, _named(conn, scope, args).id)


_ACTS: Mapping[str, Callable[[Connection, Scope, argparse.Namespace], Transfer]] = {
    "draft": _draft,
    "edit": _edit,
    "add": _add,
    "remove": _remove,
    "unarranged": _unarranged,
    "drop": _drop,
    "unseal": _unseal,
    "deliver": _deliver,
    "decide": _decide,
    "paper": _paper,
    "close": _close,
}


def _named(conn: Connection, scope: Scope, args: argparse.Namespace) -> Transfer:
    return transfers.find(conn, scope, args.number, giver=getattr(args, "from_unit", None))


def _found(archive: Archive, scope: Scope, args: argparse.Namespace) -> Transfer:
    with archive.register.read() as conn:
        return _named(conn, scope, args)


def _seal(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    from importlib.metadata import version

    from handover import sealing

    one = _found(archive, scope, args)
    if args.dry_run:
        hindered = list(sealing.hindrances(archive.register, scope, archive.system, one.id))
        if args.json:
            say_json({"number": one.number, "hinders": [_check_plain(each) for each in hindered]})
        else:
            for each in hindered:
                tell.say_check(each)
        return FAULTS if hindered else DONE
    asked = {"files": args.most_files, "bytes": args.most_bytes}
    said = {name: most for name, most in asked.items() if most is not None}
    done = sealing.seal(
        archive.register,
        archive.store,
        scope,
        archive.system,
        one.id,
        version=version("luutru"),
        by_profile=args.profile,
        limits=sealing.Limits(**said),
    )
    with archive.register.read() as conn:
        told = tell.whole(conn, scope, done.transfer, with_items=False)
    if args.json:
        say_json(told | {"warnings": [_check_plain(each) for each in done.warnings]})
        return DONE
    tell.say_whole(told)
    if done.warnings:
        say(f"  lưu ý: {len(done.warnings)} chỗ thiếu so với yêu cầu của thông tư (xem --json)")
    return DONE


def _check(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    from handover import inside

    one = _found(archive, scope, args)
    reports = inside.check(archive.register, archive.store, scope, one.id)
    faults = [
        each.check
        for report in reports
        for each in (*report.findings, *(found for of in report.dossiers for found in of.findings))
        if each.check.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN)
    ]
    if args.json:
        told = {report.name: report.outcome.value for report in reports}
        say_json({"number": one.number, "parcels": told, "faults": [_check_plain(each) for each in faults]})
    else:
        for report in reports:
            say(f"{report.name}  {tell.MARKS[report.outcome.value]}")
        for each in faults:
            tell.say_check(each)
    return FAULTS if faults else DONE


def _export(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    from handover import disk, export

    one = _found(archive, scope, args)
    if (args.serial or args.seal) and not args.disk:
        raise InvalidInput("--serial and --seal say which disk it is: they go with --disk")
    done = export.export(archive.register, archive.store, scope, one.id, args.folder)
    if args.disk:
        disk.read_back(done.folder, disk.Media(args.serial, args.seal, scope.actor, now()))
    if args.json:
        say_json(
            {
                "number": one.number,
                "folder": str(done.folder),
                "written": done.written,
                "read_back": args.disk,
                "withheld": list(done.withheld),
                "parcels": [
                    {"name": each.name, "digest": each.digest}
                    for each in done.parcels
                    if each.name not in done.withheld
                ],
            }
        )
    else:
        read = ", đã đọc lại từng byte" if args.disk else ""
        there = len(done.parcels) - len(done.withheld)
        say(f"{done.folder}: {there} gói, vừa ghi {done.written}{read}")
        tell.say_withheld(done.withheld)
    return FAULTS if done.withheld else DONE


def _accept(archive: Archive, scope: Scope, args: argparse.Namespace) -> None:
    from catalog import transfer_fonds
    from luutru.commands import handover_receipt, handover_receiving

    one = _found(archive, scope, args)
    said = fonds_said(args.fonds_said)
    if bool(args.no_mark) != bool(args.reason.strip()):
        raise InvalidInput("--no-mark DOSSIER goes with --reason: what the custodian saw")
    with archive.register.write() as conn:
        if said:
            transfer_fonds.say(conn, scope, one.id, said)
        transfer_acceptance.conclude(
            conn,
            scope,
            one.id,
            paper=args.paper,
            copy_until=args.copy_until,
            on_paper=args.on_paper,
        )
    handover_receipt.concluded(archive, scope, one)
    left = 1
    while left:
        with archive.register.write() as conn:
            left = transfer_acceptance.pass_next(conn, scope, one.id)
    if one.direction == "in":
        no_mark = dict.fromkeys(args.no_mark, args.reason)
        came = handover_receiving.take_in(archive, scope, one.id, no_mark=no_mark)
        args.failed = came.failed


def _check_plain(each: Check) -> dict[str, str]:
    return {
        "code": each.code,
        "outcome": each.outcome.value,
        "subject": each.subject,
        "detail": each.detail,
    }


# --- what is told --------------------------------------------------------------------------------------


def _list(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    state = State(args.state) if args.state else None
    with archive.register.read() as conn:
        found = transfers.transfers(conn, scope, state=state, limit=args.limit)
    if args.json:
        say_json({"transfers": [tell.plain(one) for one in found]})
    else:
        tell.say_list(found)
    return DONE


def _cases(args: argparse.Namespace) -> int:
    if args.json:
        say_json(
            {"cases": [{name: getattr(one, name) for name in one.__dataclass_fields__} for one in cases()]}
        )
        return DONE
    for one in cases():
        say(f"{one.code:<12} {one.name} ({one.article or '-'})")
        for what, said in (("vĩnh viễn", one.permanent_told), ("có thời hạn", one.fixed_term_told)):
            if said:
                say(f"    {what}: {said}")
    say(f"nguồn: {cases()[0].source}")
    return DONE


def _show(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    with archive.register.read() as conn:
        one = _named(conn, scope, args)
        told = tell.whole(conn, scope, one, with_items=getattr(args, "items", False))
    if args.json:
        say_json(told)
    else:
        tell.say_whole(told)
    return tell.tell_failed(args)


HANDOVER = Verb("handover", arguments, _run)
