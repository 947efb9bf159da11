"""`luutru sign`: the office's signature on documents, minutes and parcels; late stamps; verification."""

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from catalog import dossier
from catalog.access import Role, Scope
from catalog.identifiers import DossierId
from catalog.instants import VIETNAM
from handover.check_details import spoken_check
from handover.check_words import named
from handover.outcome import Check, Outcome, failed, verdict
from handover.sealed import Office
from handover.signed_parcel import (
    NoParcel,
    ParcelUnreadable,
    check_parcel,
    parcels_in,
    sign_parcel,
    stamp_parcel,
)
from handover.signing import Side, Stamped, check_pdf, check_signature, sign_minutes
from luutru.bootstrap import Archive
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.new_file import write_new
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.errors import InvalidInput
from luutru.settings import from_environment
from luutru.signing import (
    LARGEST,
    Done,
    Signer,
    dossiers_of_transfer,
    sign_documents,
    sign_transfer_minutes,
    stamp_documents,
    write_down,
)
from luutru.signing_setup import required_stamp_server, signing_key, signing_office, stamp_server, trust

SIDES = {"giver": Side.GIVER, "receiver": Side.RECEIVER}


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    documents = acts.add_parser(
        "documents", help="sign the PDF/A of documents whose dossiers were signed off"
    )
    which = documents.add_mutually_exclusive_group(required=True)
    which.add_argument("--dossier", action="append", metavar="NAME", help="of this dossier; may be repeated")
    which.add_argument("--transfer", metavar="NAME", help="of the dossiers of this handover")
    which.add_argument("--all", action="store_true", help="of every dossier that you keep")
    minutes = acts.add_parser("minutes", help="sign minutes: the giver first, then the receiver")
    minutes.add_argument("file", nargs="?", type=Path, help="a PDF; without it, --transfer says whose")
    minutes.add_argument("--transfer", metavar="NAME", help="the newest minutes of this handover")
    minutes.add_argument("--side", required=True, choices=list(SIDES), help="for which side")
    minutes.add_argument("--out", type=Path, metavar="FILE", help="of a file: where the signed one goes")
    parcels = acts.add_parser("parcels", help="sign the tag manifests of parcels in a folder")
    parcels.add_argument("folder", type=Path, help="a parcel, or a folder of parcels")
    stamps = acts.add_parser("stamps", help="add the time stamps that are still pending")
    stamps.add_argument("folder", nargs="?", type=Path, help="of the parcels in it too")
    verify = acts.add_parser(
        "verify", help="check signatures and stamps: of a PDF, a parcel, or FILE with FILE.p7s"
    )
    verify.add_argument("file", type=Path, help="a PDF, a parcel, a folder of parcels, or any signed file")
    verify.add_argument(
        "--office", metavar="NAME", action="append", default=[], help="who should have signed"
    )
    verify.add_argument("--code", metavar="CODE", action="append", default=[], help="and its code")
    verify.add_argument(
        "--at", type=_moment, metavar="TIME", help="when the certificate must hold, unstamped"
    )


def _moment(word: str) -> datetime:
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a time: {word!r}; write 2026-11-30T15:00") from None
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def _run(args: argparse.Namespace) -> int:
    if args.act == "verify":  # asks nothing of the archive: whoever has the file and the anchors may
        return _verify(args)
    archive, scope = opened(args)
    match args.act:
        case "documents":
            return _documents(args, archive, scope)
        case "minutes":
            return _minutes(args, archive, scope)
        case "parcels":
            return _parcels(args, archive, scope)
        case _:
            return _stamps(args, archive, scope)


@contextmanager
def _signer() -> Iterator[Signer]:
    settings = from_environment()
    with signing_key(settings) as key:
        yield Signer(key, signing_office(key, settings), stamp_server(settings), settings.fonts)


def _documents(args: argparse.Namespace, archive: Archive, scope: Scope) -> int:
    of: set[DossierId] | None = None
    if args.transfer:
        of = dossiers_of_transfer(archive, scope, args.transfer)
    elif args.dossier:
        with archive.register.read() as conn:
            of = {dossier.named(conn, scope, name).id for name in args.dossier}
    with _signer() as signer, Progress(console=Console(stderr=True), disable=args.json) as bar:
        task = bar.add_task("Ký số văn bản", total=None)
        done = sign_documents(
            archive, scope, signer, of=of, tell=lambda count: bar.update(task, completed=count)
        )
    return _told(args, done)


def _told(args: argparse.Namespace, done: Done) -> int:
    if args.json:
        say_json(
            {
                "signed": done.signed,
                "stamped": done.stamped,
                "pending": done.pending,
                "others": done.others,
                "failures": [
                    {"document": each.document, "code": each.code, "reason": each.reason}
                    for each in done.failures
                ],
            }
        )
    else:
        say(f"Đã ký {done.signed} văn bản, {done.stamped} có dấu thời gian.")
        if done.pending:
            say(f"{done.pending} chữ ký chờ dấu thời gian: chạy `luutru sign stamps` khi máy chủ trả lời.")
        if done.others:
            say(f"{done.others} văn bản thuộc hồ sơ do đơn vị khác quản lý: không ký.")
        for each in done.failures:
            say(f"không ký được: {each.document}  {each.code}  {each.reason}")
    return FAULTS if done.failures else DONE


def _minutes(args: argparse.Namespace, archive: Archive, scope: Scope) -> int:
    side = SIDES[args.side]
    if (args.file is None) == (args.transfer is None):
        raise InvalidInput("name either a file of minutes, or --transfer")
    with _signer() as signer:
        if args.transfer:
            key, stamp = sign_transfer_minutes(archive, scope, signer, args.transfer, side)
            told = {"object": str(key), "sha256": str(key), "stamp": stamp.value}
        else:
            scope.require(Role.ARCHIVIST)
            out = args.out or args.file.with_name(f"{args.file.stem}.{side.value}.pdf")
            made = sign_minutes(
                _read(args.file), signer.key, side,
                office=signer.office, server=signer.server, fonts=signer.fonts,
            )  # fmt: skip
            write_new(out, made.data)
            digest = hashlib.sha256(made.data).hexdigest()
            told = {"file": str(out), "sha256": digest, "stamp": made.stamp.value}
            about = {"sha256": digest, "side": side.value, "stamp": made.stamp.value}
            write_down(archive, scope, "minutes-signed", f"minutes:{digest[:32]}", about)
    if args.json:
        say_json(told)
    else:
        say(f"Đã ký biên bản ({_STAMPS[told['stamp']]}): {told.get('file', told['sha256'])}")
    return DONE


_STAMPS = {
    "stamped": "có dấu thời gian",
    "pending": "chờ dấu thời gian",
    "not-asked": "không có máy chủ dấu thời gian",
}


def _parcels(args: argparse.Namespace, archive: Archive, scope: Scope) -> int:
    scope.require(Role.ARCHIVIST)
    told: list[dict[str, str]] = []
    with _signer() as signer:
        for place in parcels_in(args.folder):
            stamp = sign_parcel(place, signer.key, signer.server)
            digest = hashlib.sha256(place.manifest()).hexdigest()
            about = {"certificate": signer.key.fingerprint, "digest": digest, "stamp": stamp.value}
            write_down(archive, scope, "parcel-signed", f"parcel:{place.name}"[:64], about)
            told.append({"parcel": place.name, "digest": digest, "stamp": stamp.value})
    if args.json:
        say_json({"parcels": told})
    else:
        for each in told:
            say(f"{each['parcel']}  {each['digest'][:16]}  {_STAMPS[each['stamp']]}")
    return DONE


def _stamps(args: argparse.Namespace, archive: Archive, scope: Scope) -> int:
    server = required_stamp_server()
    with Progress(console=Console(stderr=True), disable=args.json) as bar:
        task = bar.add_task("Dấu thời gian", total=None)
        done = stamp_documents(archive, scope, server, tell=lambda count: bar.update(task, completed=count))
    stamps = [stamp_parcel(place, server) for place in parcels_in(args.folder)] if args.folder else []
    counted = Counter(stamps)
    pending = done.pending + counted[Stamped.PENDING]
    if args.json:
        say_json({"stamped": done.stamped, "parcels": counted[Stamped.STAMPED], "pending": pending})
    else:
        say(
            f"Đã thêm {done.stamped} dấu thời gian; {counted[Stamped.STAMPED]} gói có dấu; còn chờ {pending}."
        )
    return FAULTS if pending else DONE


def _verify(args: argparse.Namespace) -> int:
    offices = [
        Office(name, args.code[place] if place < len(args.code) else "")
        for place, name in enumerate(args.office)
    ]
    found = verdict(_checks(args.file, offices, args.at))
    if args.json:
        say_json({"outcome": found.outcome.value, "checks": [_as_json(each) for each in found.checks]})
    else:
        for each in found.checks:
            said = f"{named(each.code)}  {each.subject}  {spoken_check(each)}"
            say(f"{_OUTCOMES[each.outcome]:<15} {said}".rstrip())
        say(f"Kết quả: {_OUTCOMES[found.outcome]}")
    return DONE if found.outcome is Outcome.PASSED else FAULTS


_OUTCOMES = {
    Outcome.PASSED: "đạt",
    Outcome.FAILED: "KHÔNG ĐẠT",
    Outcome.COULD_NOT_RUN: "chưa kiểm được",
    Outcome.NOT_ASKED: "không kiểm",
}


def _checks(file: Path, offices: Sequence[Office], at: datetime | None) -> list[Check]:
    believed, office = trust(), offices[0] if offices else None
    if not file.exists():
        raise InvalidInput(f"{file} is not there")
    beside = file.with_name(file.name + ".p7s")
    if file.is_file() and beside.is_file():
        stamp = beside.with_name(beside.name + ".tsr")
        tsr = _read(stamp) if stamp.is_file() else None
        return list(
            check_signature(_read(file), _read(beside), believed, at, office, tsr=tsr, subject=file.name)
        )
    if file.is_file() and file.suffix != ".tar":
        return list(check_pdf(_read(file), believed, at, offices, subject=file.name))
    found: list[Check] = []
    for place in parcels_in(file):
        try:
            found += check_parcel(place, believed, office)
        except (NoParcel, ParcelUnreadable) as error:  # the other parcels are checked all the same
            found.append(failed("signature-unreadable", place.name, str(error)))
    return found


def _as_json(check: Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "outcome": check.outcome.value,
        "subject": check.subject,
        "detail": check.detail,
    }


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            data = source.read(LARGEST + 1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise InvalidInput(f"{path} has more than {LARGEST >> 20} MB")
    return data


SIGN = Verb("sign", _arguments, _run)
