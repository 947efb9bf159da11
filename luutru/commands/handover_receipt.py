"""`luutru handover receipt`: the receipt of what came, written out; and that of what we gave, taken in."""

import argparse
import sys
from pathlib import Path

from api.handing_over import make_receipt, signed_receipt
from catalog import transfer as transfers
from catalog import transfer_acceptance
from catalog.access import Scope
from catalog.harmless import harmless
from catalog.transfer import Transfer
from handover import taken_receipt
from handover.durable import write_whole
from handover.outcome import Outcome, verdict
from handover.receipt import MOST_BYTES
from handover.signature_check import LARGEST_SIGNATURE
from handover.taken_receipt import Came
from luutru.bootstrap import Archive
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.verb import opened, say, say_json
from luutru.errors import InvalidInput
from luutru.signing_setup import trust

SIGNED = {
    Outcome.PASSED: "chữ ký đạt",
    Outcome.FAILED: "chữ ký KHÔNG ĐẠT",
    Outcome.COULD_NOT_RUN: "chữ ký chưa kiểm được",
    Outcome.NOT_ASKED: "chữ ký không hỏi",
}


def receipt(args: argparse.Namespace) -> int:
    """Write a receipt, or take one in."""
    archive, scope = opened(args)
    if bool(args.write) == bool(args.take) or bool(args.write) != bool(args.number):
        raise InvalidInput("write NUMBER --write FILE, or --take FILE")
    return _write(archive, scope, args) if args.write else _take(archive, scope, args)


def concluded(archive: Archive, scope: Scope, one: Transfer) -> None:
    """Make the receipt of what was just concluded; where it fails, whoever asks for it makes it."""
    if one.direction == "in":
        make_receipt(archive, scope, one.id, sign=True)


def _write(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    with archive.register.read() as conn:
        one = transfers.find(conn, scope, args.number, giver=args.from_unit)
    found = signed_receipt(archive, scope, one.id)
    write_whole(args.write, found.data)
    told = {"number": one.number, "file": str(args.write), "sha256": found.paper.sha256}
    for name, data in (("signature", found.p7s), ("stamp", found.tsr)):
        place = _beside(args.write, name)
        place.unlink(missing_ok=True)  # of a receipt that lay there before
        if data is not None:
            write_whole(place, data)
            told[name] = str(place)
    if args.json:
        say_json(told)
    else:
        say(" · ".join(told.values()) + ("" if found.p7s else " · chưa ký số"))
    return DONE


def _take(archive: Archive, scope: Scope, args: argparse.Namespace) -> int:
    data = _read(args.take, MOST_BYTES)
    p7s, tsr = (_beside(args.take, name) for name in ("signature", "stamp"))
    came = Came(
        data,
        _read(p7s, LARGEST_SIGNATURE) if p7s.is_file() else None,
        _read(tsr, LARGEST_SIGNATURE) if tsr.is_file() else None,
    )
    done = taken_receipt.take(
        came,
        register=archive.register,
        store=archive.store,
        scope=scope,
        service=archive.system,
        trust=trust(),
        on_paper=args.on_paper,
    )
    left = 1
    while left:
        with archive.register.write() as conn:
            left = transfer_acceptance.pass_next(conn, scope, done.transfer.id)
    signed = verdict(done.checks).outcome
    if args.json:
        told = {"number": done.transfer.number, "state": done.transfer.state.value}
        told |= {"concluded_by": done.receipt.concluded_by, "sha256": done.sha256, "signature": signed.value}
        say_json({**told, "minutes": done.receipt.minutes, "withheld": list(done.withheld)})
    else:
        number, state = done.transfer.number, done.transfer.state.value
        say(f"{number} · {state} · {done.receipt.concluded_by} · {SIGNED[signed]}")
        for each in done.checks:
            if each.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
                sys.stderr.write(f"  {each.code} {harmless(each.detail)}".rstrip() + "\n")
        for identifier in done.withheld:
            say(f"  {identifier}: bên giao đã rút lại, nhưng bên nhận đã nhận; báo ngay người có thẩm quyền")
    return FAULTS if done.withheld else DONE


def _beside(file: Path, name: str) -> Path:
    """Return where the signature of a file lies, or its stamp: as `luutru sign verify` looks for them."""
    return file.with_name(file.name + (".p7s" if name == "signature" else ".p7s.tsr"))


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
