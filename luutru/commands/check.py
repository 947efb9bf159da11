"""`luutru check`: does the ledger add up, is every object whole, does search agree with the register."""

import argparse
from dataclasses import asdict

from luutru.audit import check
from luutru.commands.exit_codes import DONE, FAULTS
from luutru.commands.verb import Verb, opened, say, say_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    del scope
    outcome = check(archive)
    if args.json:
        say_json(
            {
                "clean": outcome.clean,
                "faults": [asdict(fault) for fault in outcome.faults],
                "strays": outcome.strays,
                "unchecked": list(outcome.unchecked),
            }
        )
    else:
        for fault in outcome.faults:
            say(f"{fault.code}  {fault.subject}  {fault.detail}")
        for note in outcome.unchecked:
            say(f"chưa kiểm được: {note}")
        if outcome.strays:
            say(f"{outcome.strays} tệp trong kho không hồ sơ nào cần; không gây hại gì")
        say(
            "Không có lỗi: sổ khớp, kho nguyên vẹn, tra cứu khớp với sổ."
            if outcome.clean
            else f"{len(outcome.faults)} lỗi, {len(outcome.unchecked)} mục chưa kiểm được"
        )
    return DONE if outcome.clean else FAULTS


CHECK = Verb("check", _arguments, _run)
