"""`luutru handover verify|receive|send|receipt`: what passes between two installations."""

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from api.handing_over import receipt_of, room_of
from catalog import transfer as transfers
from catalog import transfer_acceptance
from catalog import unit as units
from catalog.access import Scope
from catalog.identifiers import TransferId
from handover import receipt, sending
from handover.check_details import spoken
from handover.check_words import named
from handover.origin import origin_by
from handover.outcome import Outcome
from handover.receiving import Expecting, check_delivery
from handover.reception import TakenIn, receive, take_in_accepted
from handover.report import DeliveryReport, ParcelReport, plain
from handover.signed_parcel import signatures_over
from handover.taking_in import House
from handover.virus_scan import scan
from luutru.bootstrap import Archive
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.handover_named import numbered
from luutru.commands.handover_told import say_check, say_withheld
from luutru.commands.verb import opened, say, say_json
from luutru.errors import InvalidInput
from luutru.settings import from_environment
from luutru.signing_setup import signing_key, stamp_server, trust

TOKEN = "LUUTRU_PEER_TOKEN"  # noqa: S105 - the name of a variable
MARKS = {"passed": "đạt", "failed": "SAI", "could-not-run": "chưa kiểm tra được", "not-asked": "không hỏi"}
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


def words(acts: Any) -> None:
    """Add the words of these acts."""
    verify = acts.add_parser("verify", help="check what lies in a folder or on a disk; takes nothing in")
    take = acts.add_parser("receive", help="check what lies in a folder or on a disk; keep it until decided")
    for act in (verify, take):
        act.add_argument("place", type=Path, help="folder, disk, parcel, tar or ZIP")
        act.add_argument("--quick", action="store_true", help="do not open every file")
        act.add_argument("--digest", metavar="SHA256", help="of all parcels, as the signed minutes print it")
        act.add_argument("--no-virus-scan", action="store_true", help="do not ask ClamAV")
    verify.add_argument("--for", dest="office", metavar="CODE", help="code or name of the office it is for")
    take.add_argument("--unit", metavar="UNIT", help="which unit of ours it is for, where that is not clear")
    take.add_argument(
        "--foreign", metavar="FONDS", help="of another system: take it in as scans into this fonds"
    )
    take.add_argument("--list", type=Path, metavar="FILE", help="with --foreign: keep what it says as a list")
    send = acts.add_parser("send", help="send its parcels to another installation; goes on after a cut")
    numbered(send)
    send.add_argument("--to", metavar="URL", help="https://… (default: the peer that the draft names)")
    send.add_argument("--token-file", type=Path, metavar="FILE", help=f"holds the token (default: ${TOKEN})")
    send.add_argument("--patience", type=float, default=600.0, metavar="SECONDS", help="of a broken line")
    back = acts.add_parser("receipt", help="write the receipt of what came, or take in one that came back")
    numbered(back, nargs="?", help_="of what came; with --write")
    back.add_argument("--write", type=Path, metavar="FILE", help="write the receipt to this file")
    back.add_argument("--take", type=Path, metavar="FILE", help="take in the receipt of what we gave")


# --- checking and receiving ---------------------------------------------------------------------------


def _expecting(args: argparse.Namespace) -> Expecting:
    digest = "".join(args.digest.split()).lower() if args.digest is not None else None
    if digest is not None and not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise InvalidInput("--digest is 64 hex digits, as the minutes print them")
    return Expecting(
        origin=origin_by(trust),
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
    unit = None
    if args.unit:
        with archive.register.read() as conn:
            unit = units.find(conn, scope, args.unit).id
    came = receive(
        args.place,
        register=archive.register,
        scope=scope,
        room=room_of(archive),
        expecting=replace(_expecting(args), limits=archive.limits),
        receiver=unit,
        scratch=archive.scratch,
        tell=None if args.json else lambda parcel: _hear(parcel, None),
    )
    return _tell(args, came.report, {"id": came.transfer.id, "number": came.transfer.number})


def _hear(parcel: ParcelReport, _folder: Path | None) -> None:
    say(f"{parcel.name}: {MARKS[parcel.outcome.value]}")


def _tell(args: argparse.Namespace, report: DeliveryReport, told: Mapping[str, str]) -> int:
    bad = report.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN)
    if args.json:
        say_json({**told, **plain(report)})
        return FAULTS if bad else DONE
    for finding in report.faults:
        say_check(finding.check, finding.level.value)
    for identifier, one in report.dossiers.items():
        say(f"  {identifier}: {PROPOSED[one.proposal.value]}")
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
    line = sending.HttpLine(address, _token(args))
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


# --- receipts -----------------------------------------------------------------------------------------


def _receipt(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    out: list[str] = []
    if bool(args.write) == bool(args.take) or bool(args.write) != bool(args.number):
        raise InvalidInput("write NUMBER --write FILE, or --take FILE")
    if args.write:
        with archive.register.read() as conn:
            one = transfers.find(conn, scope, args.number, giver=args.from_unit)
        data = receipt.to_json(receipt_of(archive, scope, one.id))
        args.write.write_bytes(data)
        told = {"number": one.number, "file": str(args.write), "sha256": hashlib.sha256(data).hexdigest()}
    else:
        came = receipt.from_json(_read(args.take))
        with archive.register.write() as conn:
            one = receipt.take(conn, scope, came)
        left = 1
        while left:
            with archive.register.write() as conn:
                left = transfer_acceptance.pass_next(conn, scope, one.id)
        told = {"number": one.number, "state": one.state.value, "concluded_by": came.concluded_by}
        with archive.register.read() as conn:
            out = receipt.accepted_withheld(conn, scope, one.id)
    if args.json:
        say_json({**told, "withheld": out})
    else:
        say(" · ".join(told.values()))
        for identifier in out:
            say(f"  {identifier}: bên giao đã rút lại, nhưng bên nhận đã nhận; báo ngay người có thẩm quyền")
    return FAULTS if out else DONE


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(receipt.MOST_BYTES + 1)


# --- taking in, once accepted ---------------------------------------------------------------------------


def take_in(archive: Archive, scope: Scope, transfer: TransferId, said: Sequence[str] = ()) -> TakenIn:
    """Take in whatever of a handover that came was accepted and is not here yet.

    `said`: THEIRS=OURS, codes of fonds.
    """
    fonds: dict[str, str] = {}
    for word in said:
        theirs, there, ours = word.partition("=")
        if not (theirs and there and ours):
            raise InvalidInput(f"write THEIRS=OURS, codes of fonds; found {word!r}")
        fonds[theirs] = ours
    house = House(archive.register, archive.store, archive.system, scope, fonds)
    return take_in_accepted(house, room_of(archive), transfer)


def tell_failed(args: argparse.Namespace) -> int:
    """Tell what could not be taken in, if anything was to be; return the exit code."""
    failed: tuple[tuple[str, str, str], ...] = getattr(args, "failed", ())
    for identifier, slug, reason in failed:
        sys.stderr.write(f"{identifier}: {named(slug)}: {spoken(slug, reason)}\n")
    return FAULTS if failed else DONE


ACTS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "verify": _verify,
    "receive": _receive,
    "send": _send,
    "receipt": _receipt,
}
