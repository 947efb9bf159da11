"""`luutru audit`: the log of events, sealed; held against checkpoints that somebody else keeps."""

import argparse
from pathlib import Path

from catalog import audit_chain
from catalog.access import Role
from catalog.checkpoint import LONGEST, Checkpoint
from handover.signing import Pending, sign_manifest, stamp
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.new_file import write_new
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.errors import InvalidInput
from luutru.sealing import seal_events
from luutru.settings import from_environment
from luutru.signing import write_down
from luutru.signing_setup import signing_key, stamp_server


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    verify = acts.add_parser("verify", help="find what was changed, removed or cut off")
    verify.add_argument(
        "--checkpoint", type=Path, action="append", default=[], metavar="FILE",
        help="a checkpoint that was kept elsewhere; may be repeated",
    )  # fmt: skip
    taken = acts.add_parser("checkpoint", help="say how far the log is: to be kept by somebody else")
    taken.add_argument(
        "--out", type=Path, metavar="FILE", help="write it, signed where there is a key (FILE.p7s)"
    )
    prove = acts.add_parser("prove", help="prove that the log of one checkpoint goes on from another's")
    prove.add_argument("first", type=Path, metavar="OLDER")
    prove.add_argument("second", type=Path, metavar="NEWER")


def _run(args: argparse.Namespace) -> int:
    match args.act:
        case "verify":
            return _verify(args)
        case "checkpoint":
            return _checkpoint(args)
        case _:
            return _prove(args)


def _verify(args: argparse.Namespace) -> int:
    held = [_read(path) for path in args.checkpoint]
    archive, scope = opened(args)
    with archive.register.read() as conn:
        found = audit_chain.verify(conn, scope, held)
    if args.json:
        say_json(
            {
                "clean": not found.faults,
                "size": found.checkpoint.size,
                "root": found.checkpoint.root,
                "short": found.checkpoint.short,
                "unsealed": found.unsealed,
                "checkpoints": len(held),
                "faults": [
                    {"code": each.code, "subject": each.subject, "detail": each.detail}
                    for each in found.faults
                ],
            }
        )
    else:
        for each in found.faults:
            say(f"{each.code}  {each.subject}  {each.detail}")
        say(f"{found.checkpoint.size} sự kiện trong chuỗi, {found.unsealed} chưa vào chuỗi")
        if not held:
            say("Không có mốc giữ ở nơi khác: không thể biết phần cuối có bị cắt hay không (--checkpoint).")
        say("Không có lỗi." if not found.faults else f"{len(found.faults)} lỗi")
    return FAULTS if found.faults else DONE


def _checkpoint(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    seal_events(archive)
    with archive.register.read() as conn:
        taken = audit_chain.checkpoint(conn, scope)
    signed = stamped = False
    if args.out is not None:
        text = taken.to_text().encode()
        written = {"": text}
        settings = from_environment()
        if settings.sign_key is not None or settings.sign_module is not None:
            scope.require(Role.ARCHIVIST)
            with signing_key(settings) as key:
                written[".p7s"] = sign_manifest(text, key)
            server = stamp_server(settings)
            made = stamp(written[".p7s"], server) if server is not None else Pending("")
            if not isinstance(made, Pending):
                written[".p7s.tsr"] = made
        for ending, data in written.items():  # all is made by now: a key that does not open leaves no file
            write_new(args.out.with_name(args.out.name + ending), data)
        signed, stamped = ".p7s" in written, ".p7s.tsr" in written
        write_down(archive, scope, "audit-checkpoint", f"checkpoint:{taken.size}", {"root": taken.root})
    if args.json:
        say_json(
            {
                "size": taken.size,
                "root": taken.root,
                "log": taken.log,
                "at": taken.at.isoformat(timespec="seconds"),
                "short": taken.short,
                "signed": signed,
                "stamped": stamped,
            }
        )
    else:
        say(taken.to_text().rstrip())
        if args.out is not None and not signed:
            say("(chưa ký: chưa đặt khoá ký số)")
    return DONE


def _prove(args: argparse.Namespace) -> int:
    first, second = _read(args.first), _read(args.second)
    archive, scope = opened(args)
    with archive.register.read() as conn:
        proof = audit_chain.prove(conn, scope, first.size, second.size)
    holds = first.log in ("", second.log) and audit_chain.is_proved(first, second, proof)
    if args.json:
        say_json({"first": first.size, "second": second.size, "proof": list(proof), "holds": holds})
    else:
        for part in proof:
            say(part)
        say("Mốc sau nối tiếp mốc trước." if holds else "KHÔNG nối tiếp: sổ sự kiện đã bị viết lại.")
    return DONE if holds else FAULTS


def _read(path: Path) -> Checkpoint:
    try:
        with path.open("rb") as source:
            data = source.read(LONGEST + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the checkpoint {path} cannot be read") from error
    return Checkpoint.from_text(text)


AUDIT = Verb("audit", _arguments, _run)
