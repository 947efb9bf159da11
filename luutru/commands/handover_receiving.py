"""`luutru handover verify|receive|send|receipt`: what passes between two installations."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalog import transfer as transfers
from catalog import unit as units
from catalog.access import Scope
from catalog.harmless import harmless
from catalog.identifiers import TransferId
from handover import sending
from handover.document_signatures import signatures_by
from handover.line import HttpLine
from handover.origin import origin_by
from handover.outcome import Outcome
from handover.receiving import Expecting, check_delivery
from handover.receiving_room import room_in
from handover.reception import TakenIn, receive, take_in_accepted
from handover.report import DeliveryReport, ParcelReport, plain
from handover.signed_parcel import signatures_over
from handover.taking_in import House
from handover.virus_scan import scan
from luutru.bootstrap import Archive
from luutru.commands import handover_receipt as receipts
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.handover_named import TOKEN, fonds_said
from luutru.commands.handover_told import MARKS, say_check, say_withheld
from luutru.commands.verb import opened, say, say_json
from luutru.errors import InvalidInput
from luutru.settings import from_environment
from luutru.signing_setup import signing_key, stamp_server, trust

PROPOSED = {
    "accept": "đề nghị nhận",
    "look": "cần người xem",
    "reserve": "nhận có bảo lưu: mô tả thiếu hoặc sai",
    "hold": "tạm giữ",
    "return": "đề nghị trả lại",
    "missing": "thiếu",
    "awaited": "chưa đến",
}


class TokenNeeded(InvalidInput):
    """There is no token with which the other installation lets us in."""

    slug = "token-needed"


# --- checking and receiving ---------------------------------------------------------------------------


def _expecting(args: argparse.Namespace) -> Expecting:
    digest = "".join(args.digest.split()).lower() if args.digest is not None else None
    if digest is not None and not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise InvalidInput("--digest is 64 hex digits, as the minutes print them")
    return Expecting(
        origin=origin_by(trust),
        signatures=signatures_by(trust),
        digest=digest,
        content=not args.quick,
        virus=None if args.no_virus_scan else scan,
    )


def _verify(args: argparse.Namespace) -> int:
    expecting = _expecting(args)
    if args.office:
        expecting = replace(expecting, offices=frozenset({args.office}))
    report = check_delivery(args.place, expecting, keep=None if args.json else _hear)
    return _tell(args, report, {})


def _receive(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    if args.foreign:
        from luutru.commands.handover_foreign import take_foreign  # what it needs takes a while to load

        return take_foreign(archive, scope, args)
    with archive.register.read() as conn:
        unit, giver = (units.find(conn, scope, name).id if name else None for name in (args.unit, args.giver))
    came = receive(
        args.place,
        register=archive.register,
        scope=scope,
        room=room_in(archive.home),
        expecting=replace(_expecting(args), limits=archive.limits),
        receiver=unit,
        giver=giver,
        fonds=fonds_said(args.fonds_said),
        scratch=archive.scratch,
        tell=None if args.json else lambda parcel: _hear(parcel, None),
    )
    return _tell(args, came.report, {"id": came.transfer.id, "number": came.transfer.number})


def _hear(parcel: ParcelReport, _folder: Path | None) -> None:
    say(f"{harmless(parcel.name)}: {MARKS[parcel.outcome.value]}")


def _tell(args: argparse.Namespace, report: DeliveryReport, told: Mapping[str, str]) -> int:
    bad = report.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN)
    if args.json:
        say_json({**told, **plain(report)})
        return FAULTS if bad else DONE
    for finding in report.faults:
        say_check(finding.check, finding.level.value)
    for identifier, one in report.dossiers.items():
        say(f"  {harmless(identifier)}: {PROPOSED[one.proposal.value]}")
    say(f"kết luận: {MARKS[report.outcome.value]}")
    return FAULTS if bad else DONE


# --- sending ------------------------------------------------------------------------------------------


def _send(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    with archive.register.read() as conn:
        one = transfers.find(conn, scope, args.number, giver=args.from_unit)
    address = args.to or one.peer
    if not address:
        raise InvalidInput("name the receiver's address: --to https://…")
    line = HttpLine(address, _token(args))
    with ExitStack() as held:
        held.callback(line.close)
        done = sending.send(
            archive.register,
            archive.store,
            scope,
            one.id,
            line,
            patience=args.patience,
            sign=_signing(held),
            tell=None if args.json else _show_progress,
        )
    told: dict[str, Any] = {"number": one.number, "parcels": list(done.parcels)}
    told |= {"bytes": done.bytes, "cuts": done.cuts, "withheld": list(done.withheld)}
    if args.json:
        say_json(told)
    else:
        say(
            f"{one.number}: {len(done.parcels)} gói đã đến đủ, vừa gửi {done.bytes} byte, đứt {done.cuts} lần"
        )
        say_withheld(done.withheld)
    return FAULTS if done.withheld else DONE


def _signing(held: ExitStack) -> sending.Sign | None:
    """Return what signs parcels with this office's key; None: it has none."""
    settings = from_environment()
    if settings.sign_key is None and settings.sign_module is None:
        return None
    key, server = held.enter_context(signing_key(settings)), stamp_server(settings)
    return lambda manifest: signatures_over(manifest, key, server)


def _show_progress(parcel: str, done: int, size: int) -> None:
    if sys.stderr.isatty() and size > 1 << 20:
        sys.stderr.write(f"\r{parcel} {done / size:4.0%} ")


def _token(args: argparse.Namespace) -> str:
    if args.token_file:
        return str(args.token_file.read_text("utf-8").strip())
    found = os.environ.get(TOKEN, "")
    if not found:
        raise TokenNeeded(f"put the receiver's token into a file (--token-file) or into ${TOKEN}")
    return found


# --- taking in, once accepted ---------------------------------------------------------------------------


def take_in(
    archive: Archive, scope: Scope, transfer: TransferId, *, no_mark: Mapping[str, str] | None = None
) -> TakenIn:
    """Take in whatever of a handover that came was accepted and is not here yet; look through its pictures.

    `no_mark`: why a dossier bears no secret mark, though it reads so.
    """
    from luutru.rescreening import screen_archive  # its engines take a while to load

    house = House(
        archive.register, archive.store, archive.system, scope, no_mark or {}, limits=archive.limits
    )
    came = take_in_accepted(house, room_in(archive.home), transfer)
    seen = screen_archive(archive, of=transfer)
    if seen.held:
        sys.stderr.write(f"{seen.held} tệp có dấu mật: đã giữ lại (luutru secret list)\n")
    return came


ACTS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "verify": _verify,
    "receive": _receive,
    "send": _send,
    "receipt": receipts.receipt,
}
