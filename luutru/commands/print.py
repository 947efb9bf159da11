"""`luutru print`: catalogues, lists, covers, labels, error and separator sheets, as PDF/A and XLSX."""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from api.wording import LANGUAGES, SENTENCES
from api.wording import reason as reason_of
from catalog import batch as batches
from catalog import fonds as fondses
from catalog.access import Scope
from catalog.fonds import Fonds
from catalog.identifiers import BatchId, DossierId
from catalog.instants import now
from luutru.commands.exit_codes import DONE
from luutru.commands.new_file import replacing
from luutru.commands.verb import Verb, opened, say, say_json
from luutru.errors import InvalidInput
from luutru.settings import from_environment
from paper.cover import print_covers
from paper.form import Form
from paper.form_pdf import print_form
from paper.form_xlsx import save_form
from paper.label_sheet import CUTS, print_labels
from paper.separator_sheet import WORDS, print_separators
from paper.sheet_mark import Kind
from review import form_data
from review.form_data import Office

KINDS = {
    "catalogue": "mục lục hồ sơ, tài liệu nộp lưu (--fonds)",
    "plan": "danh mục hồ sơ (--fonds)",
    "contents": "mục lục văn bản, tài liệu trong hồ sơ (--dossier)",
    "closing": "chứng từ kết thúc (--dossier)",
    "labels": "nhãn hồ sơ, or of boxes with --boxes (--fonds, --box, --dossier)",
    "cover": "bìa hồ sơ (--fonds, --box, --dossier)",
    "errors": "phiếu lỗi (--batch)",
    "separators": "tờ phân cách (--documents N, --dossiers N, --new-boxes N; --fonds for named ones)",
}

_ID = re.compile(r"[0-9a-f]{32}")


class PrintAsksMore(InvalidInput):
    """The words do not say what to print, or where to."""

    slug = "print-asks-more"


@dataclass(frozen=True)
class Work:
    """What is to be written, and what a person should know of it."""

    pdf: Callable[[BinaryIO], int]
    form: Form | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind", metavar="KIND", choices=KINDS, help="; ".join(f"{k}: {w}" for k, w in KINDS.items())
    )
    parser.add_argument("--fonds", metavar="CODE", default="")
    parser.add_argument("--dossier", metavar="ID", default="", help="its id, or with --fonds its code")
    parser.add_argument("--box", metavar="LABEL", default="", help="only what lies in this box")
    parser.add_argument("--batch", metavar="ID", default="")
    parser.add_argument("--year", default="", help="only dossiers that begin or end in it")
    parser.add_argument(
        "--fixed-term",
        action="store_true",
        help="catalogue of the fixed-term dossiers, not of the permanent ones",
    )
    parser.add_argument("--boxes", action="store_true", help="labels for boxes, not for dossiers")
    parser.add_argument(
        "--per-sheet",
        type=int,
        default=8,
        metavar="N",
        help=f"labels to a sheet: {', '.join(map(str, sorted(CUTS)))}",
    )
    separators: tuple[tuple[str, Kind], ...] = (
        ("--documents", "document"), ("--dossiers", "dossier"), ("--new-boxes", "box")
    )  # fmt: skip
    for name, kind in separators:
        said = f"separator sheets: {WORDS[kind][0].lower()}"
        parser.add_argument(name, type=int, default=0, metavar="N", help=said)
    parser.add_argument("--agency", default="", help="office at the head (default: the unit of the fonds)")
    parser.add_argument("--agency-parent", default="", help="the office above it")
    parser.add_argument("--place", default="", help="place before the date")
    parser.add_argument("--maker", default="", help="who made the list")
    parser.add_argument("--pdf", type=Path, metavar="FILE")
    parser.add_argument("--xlsx", type=Path, metavar="FILE")


def _run(args: argparse.Namespace) -> int:
    if args.pdf is None and args.xlsx is None:
        raise PrintAsksMore("say where to: --pdf FILE, --xlsx FILE or both")
    archive, scope = opened(args)
    with archive.register.read() as conn:
        work = _work(conn, scope, args)
    told: dict[str, Any] = {"kind": args.kind, **work.facts}
    if args.xlsx is not None:
        if work.form is None:
            raise PrintAsksMore(f"{args.kind} is printed as PDF only")
        rows = work.form.rows
        assert isinstance(rows, list | tuple)  # gone through twice: once for each file
        with replacing(args.xlsx) as part:
            save_form(work.form, part)
        told["xlsx"] = str(args.xlsx)
    if args.pdf is not None:
        with replacing(args.pdf) as part, part.open("wb") as file:
            told["pages"] = work.pdf(file)
        told["pdf"] = str(args.pdf)
    if args.json:
        say_json(told)
        return DONE
    for name in ("xlsx", "pdf"):
        if name in told:
            say(f"{told[name]}" + (f": {told['pages']} trang" if name == "pdf" else ""))
    if told.get("unknown_retention"):
        say(f"Còn {told['unknown_retention']} hồ sơ chưa có thời hạn bảo quản: không có trong mục lục nào.")
    return DONE


def _work(conn: Any, scope: Scope, args: argparse.Namespace) -> Work:
    fonts, made_at = from_environment().fonts, now()
    office = Office(args.agency_parent, args.agency, args.place, args.maker)
    fonds = fondses.find(conn, scope, args.fonds) if args.fonds else None
    dossier = _dossier(conn, scope, fonds, args.dossier) if args.dossier else None

    def table(form: Form, **facts: Any) -> Work:
        return Work(lambda out: print_form(form, out, made_at=made_at, fonts=fonts), form, facts)

    match args.kind:
        case "catalogue":
            found = form_data.catalogue(
                conn, scope, _needed(fonds, "--fonds"), permanent=not args.fixed_term, box=args.box,
                year=args.year, office=office,
            )  # fmt: skip
            return table(found.form, rows=found.rows, unknown_retention=found.unknown)
        case "plan":
            plan = form_data.plan_of_files(
                conn, scope, _needed(fonds, "--fonds"), box=args.box, year=args.year, office=office
            )
            return table(plan)
        case "contents":
            return table(form_data.contents(conn, scope, _needed(dossier, "--dossier"), office=office))
        case "closing":
            return table(form_data.closing(conn, scope, _needed(dossier, "--dossier"), office=office))
        case "errors":
            batch = batches.find(conn, scope, BatchId(_needed(args.batch, "--batch")))
            return table(form_data.errors(conn, scope, batch, say=_said, office=office))
        case "cover":
            of = fonds or _fonds_of(conn, scope, dossier)
            covers = list(form_data.covers(conn, scope, of, dossier=dossier, box=args.box, office=office))
            return Work(lambda out: print_covers(covers, out, made_at=made_at, fonts=fonts))
        case "labels":
            of = fonds or _fonds_of(conn, scope, dossier)
            if args.boxes:
                labels = list(form_data.box_labels(conn, scope, of, box=args.box))
            else:
                labels = list(form_data.dossier_labels(conn, scope, of, dossier=dossier, box=args.box))
            return Work(
                lambda out: print_labels(labels, out, per_sheet=args.per_sheet, made_at=made_at, fonts=fonts),
                facts={"labels": len(labels)},
            )
        case _:
            counts: dict[Kind, int] = {
                "document": args.documents,
                "dossier": args.dossiers,
                "box": args.new_boxes,
            }
            if fonds is None and not any(counts.values()):
                counts["document"] = 1
            sheets = list(form_data.separators(conn, scope, fonds, box=args.box, counts=counts))
            return Work(lambda out: print_separators(sheets, out, made_at=made_at, fonts=fonts))


def _needed(value: Any, word: str) -> Any:
    if not value:
        raise PrintAsksMore(f"this kind needs {word}")
    return value


def _fonds_of(conn: Any, scope: Scope, dossier: DossierId | None) -> Fonds:
    if dossier is None:
        raise PrintAsksMore("this kind needs --fonds or --dossier")
    return form_data.fonds_of(conn, scope, dossier)


def _dossier(conn: Any, scope: Scope, fonds: Fonds | None, named: str) -> DossierId:
    if _ID.fullmatch(named):
        return DossierId(named)
    return form_data.dossier_called(conn, scope, _needed(fonds, "--fonds, or the dossier's id,"), named)


def _said(code: str, reason: str) -> str:
    """Return what a person reads for a code of a refusal or a flag."""
    flag = SENTENCES[LANGUAGES[0]].get(f"flag.{code}")
    return flag or reason_of(LANGUAGES[0], code) or reason or code


PRINT = Verb("print", _arguments, _run)
