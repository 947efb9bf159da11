"""`luutru work`: who did what on which day, and how far the contracts are."""

import argparse
from datetime import date, timedelta
from typing import Any

from catalog.instants import today
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json
from review import mistake, work_record
from review.task import rules, tasks


def _arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    report = acts.add_parser("report", help="what each person did on each day, and the mistakes found")
    report.add_argument(
        "--since", type=_day, metavar="DAY", help="2026-11-01 (default: six days before --until)"
    )
    report.add_argument("--until", type=_day, metavar="DAY", help="this day included (default: today)")
    report.add_argument("--person", metavar="NAME", help="of this person alone")
    acts.add_parser("progress", help="how far each contract is")
    agree = acts.add_parser("agree", help="write down how much a contract asks for")
    agree.add_argument("contract", help="its name")
    agree.add_argument("task", choices=list(tasks()), help="which work")
    agree.add_argument("volume", type=int, help="how much, in the task's unit")
    agree.add_argument("--from", dest="starts_on", type=_day, required=True, metavar="DAY")
    agree.add_argument("--until", dest="ends_on", type=_day, required=True, metavar="DAY")
    agree.add_argument("--fonds", metavar="CODE", help="of this fonds alone")


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a day: {word!r}; write 2026-11-30") from None


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    if args.act == "agree":
        with archive.register.write() as conn:
            work_record.agree(
                conn, scope, args.contract, args.task, args.volume,
                starts_on=args.starts_on, ends_on=args.ends_on, fonds=args.fonds,
            )  # fmt: skip
    if args.act in ("agree", "progress"):
        with archive.register.read() as conn:
            found = work_record.progress(conn, scope, today=today())
        return _progress(args, found)
    until = args.until or today()
    since = args.since or until - timedelta(days=6)
    with archive.register.read() as conn:
        made = work_record.report(conn, scope, since, until, person=args.person)
        wrong = mistake.tally(conn, scope, since=since, until=until, person=args.person)
    told = {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "records": [_record(each) for each in made.records],
        "notes": [
            {
                "person": note.person,
                "day": note.day.isoformat(),
                "code": note.code,
                "severity": note.severity,
                "found": note.found,
            }
            for note in made.notes
        ],
        "mistakes": [
            {
                "person": each.person,
                "round": each.round,
                "kind": each.kind,
                "mistakes": each.mistakes,
                "documents": each.documents,
            }
            for each in wrong
        ],
        "norms_unverified": rules().unverified,
    }
    if args.json:
        say_json(told)
        return DONE
    for each in made.records:
        share = f", {each.norm_share:.0%} định mức" if each.norm_share is not None else ""
        say(
            f"{each.day:%d/%m/%Y}  {each.person:<16} {each.task.vi}: {each.done} {each.task.unit}, "
            f"{each.hours:g} giờ{share}"
        )
    for note in made.notes:
        say(f"{note.day:%d/%m/%Y}  {note.person:<16} {_NOTES[note.code]}: {note.found:g}")
    for each_kind in wrong:
        name = mistake.kinds()[each_kind.kind].vi
        say(f"{each_kind.person or 'máy':<16} vòng {each_kind.round}: {name}: {each_kind.mistakes}")
    return DONE


_NOTES = {"too-many-tasks": "quá nhiều việc trong ngày", "too-many-hours": "quá số giờ có thể có"}


def _record(each: work_record.WorkRecord) -> dict[str, Any]:
    return {
        "person": each.person,
        "day": each.day.isoformat(),
        "task": each.task.code,
        "unit": each.task.unit,
        "done": each.done,
        "hours": each.hours,
        "norm_share": each.norm_share,
    }


def _progress(args: argparse.Namespace, found: list[work_record.Progress]) -> int:
    if args.json:
        say_json(
            {
                "contracts": [
                    {
                        "contract": each.contract,
                        "fonds": each.fonds,
                        "task": each.task.code,
                        "unit": each.task.unit,
                        "volume": each.volume,
                        "done": each.done,
                        "expected": round(each.expected, 1),
                        "starts_on": each.starts_on.isoformat(),
                        "ends_on": each.ends_on.isoformat(),
                    }
                    for each in found
                ]
            }
        )
        return DONE
    for each in found:
        say(
            f"{each.contract}: {each.task.vi}: {each.done}/{each.volume} {each.task.unit} "
            f"(đúng tiến độ: {each.expected:.0f}), hạn {each.ends_on:%d/%m/%Y}"
        )
    return DONE


WORK = Verb("work", _arguments, _run)
