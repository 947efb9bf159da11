"""The words of `luutru handover`: its acts, and what may be said with each."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from catalog import transfer_draft
from catalog.transfer import RECEIVES_AS, ROUTES
from catalog.transfer_case import cases
from catalog.transfer_item import Decision
from catalog.transfer_state import State
from handover.parcel import MOST_BYTES, MOST_FILES
from luutru.commands import handover_papers as paperwork
from luutru.commands import handover_receiving as receiving
from luutru.commands import handover_sample as sampling
from luutru.commands.handover_named import fonds_words, numbered
from luutru.commands.handover_receipt import ON_PAPER

DECISIONS = {
    "accept": Decision.ACCEPTED,
    "reserve": Decision.RESERVED,
    "return": Decision.RETURNED,
    "refuse": Decision.REFUSED,
    "missing": Decision.MISSING,
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2025-07-01 for 1/7/2025") from error


def _centimetres(text: str) -> int:
    try:
        return round(float(text.replace(",", ".")) * 100)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no length in metres") from error


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add every act of handovers, with its words."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    _draft_words(acts)
    receiving.words(acts)
    sampling.words(acts)
    listed = acts.add_parser("list", help="list handovers, newest first")
    listed.add_argument("--state", choices=[each.value for each in State], help="in this state only")
    listed.add_argument("--limit", type=int, default=100, metavar="N", help="at most N (default 100)")
    paperwork.words(acts, day=_day, centimetres=_centimetres)
    acts.add_parser("cases", help="what the rules propose for each case; a person decides")
    for name, what in (
        ("show", "show one: inventory, parcels, decisions"),
        ("edit", "change what is said of a draft"),
        ("add", "put dossiers into a draft, by name or by filter"),
        ("remove", "take dossiers out of a draft"),
        ("unarranged", "put unarranged material on a draft's own list"),
        ("drop", "give a draft up"),
        ("seal", "freeze it and fix every byte; goes on where it was broken off"),
        ("unseal", "make a draft of it again, as long as no parcel is out"),
        ("export", "write its parcels into a folder; goes on where it was broken off"),
        ("deliver", "say that the receiver has it; from now on the receiver decides"),
        ("check", "inside one installation: read every byte again (receiver)"),
        ("decide", "accept, reserve, return or refuse dossiers, or say that they are missing"),
        ("accept", "conclude it: authority and access pass now; goes on where it was broken off"),
        ("paper", "say that the paper came later"),
        ("close", "say that nothing is left to do"),
    ):
        act = acts.add_parser(name, help=what)
        numbered(act, help_="as BG-2026-000123, or its id")
        _words(act, name)


def _draft_words(acts: Any) -> None:
    draft = acts.add_parser("draft", help="begin a handover; both sides are named, there is no default")
    draft.add_argument("--from", dest="giver", required=True, metavar="UNIT", help="id, name or code")
    draft.add_argument("--to", dest="receiver", required=True, metavar="UNIT", help="id, name or code")
    draft.add_argument("--case", required=True, choices=[each.code for each in cases()])
    draft.add_argument("--title", required=True)
    draft.add_argument("--route", choices=ROUTES, default="parcels", help="(default parcels)")
    draft.add_argument("--receives-as", choices=RECEIVES_AS, help="what the receiver is")
    draft.add_argument("--decision", metavar="NUMBER", help="the decision it stands on")
    draft.add_argument("--date", type=_day, metavar="YYYY-MM-DD", help="of the decision")
    draft.add_argument("--article", metavar="TEXT")
    draft.add_argument("--supplement-to", metavar="NUMBER", help="corrects or adds to this handover")
    draft.add_argument("--peer", metavar="URL", help="address of the receiver's installation")
    draft.add_argument("--boxes", type=int, metavar="N", help="boxes of paper, as counted")
    draft.add_argument("--metres", type=_centimetres, metavar="M", help="metres of shelf, as measured")


def _words(act: argparse.ArgumentParser, name: str) -> None:
    match name:
        case "show":
            act.add_argument("--items", action="store_true", help="with every dossier")
        case "edit":
            fields = ", ".join(transfer_draft.EDITED)
            act.add_argument("changes", nargs="+", metavar="FIELD=VALUE", help=f"fields: {fields}")
        case "add":
            act.add_argument("dossiers", nargs="*", metavar="DOSSIER", help="ids, codes or labels")
            act.add_argument("--fonds", metavar="CODE", help="all of this fonds that the giver answers for")
            act.add_argument("--state", choices=["open", "checked", "signed-off"])
            kept = act.add_mutually_exclusive_group()
            kept.add_argument("--permanent", action="store_true", help="kept for ever")
            kept.add_argument("--fixed-term", action="store_true", help="kept for a term")
            act.add_argument("--paper-only", action="store_true", help="never scanned")
            act.add_argument("--year-until", type=int, metavar="YYYY", help="that end in or before this year")
            act.add_argument("--unfinished", action="store_true", help="as unfinished work")
            act.add_argument("--medium", choices=["paper", "digital", "both"])
        case "remove":
            act.add_argument("dossiers", nargs="+", metavar="DOSSIER")
        case "unarranged":
            act.add_argument("description", help="what it is, as far as anybody can say")
            act.add_argument("--years", default="", metavar="YYYY-YYYY")
            act.add_argument("--amount", default="", metavar="TEXT", help='as "12 bao", "3 bó"')
            act.add_argument("--metres", type=_centimetres, metavar="M")
            act.add_argument("--note", default="")
        case "seal":
            act.add_argument("--dry-run", action="store_true", help="only say what hinders it")
            act.add_argument("--most-files", type=int, default=MOST_FILES, metavar="N", help="of a parcel")
            act.add_argument("--most-bytes", type=int, default=MOST_BYTES, metavar="N", help="of a parcel")
        case "unseal":
            act.add_argument("--reason", required=True)
        case "export":
            act.add_argument("folder", type=Path)
            act.add_argument("--disk", action="store_true", help="a disk: read every byte back, note which")
            act.add_argument("--serial", default="", metavar="TEXT", help="as printed on the disk")
            act.add_argument("--seal", default="", metavar="TEXT", help="number of the seal on its envelope")
        case "decide":
            act.add_argument("decision", choices=list(DECISIONS))
            act.add_argument("dossiers", nargs="*", metavar="DOSSIER", help="as show --items tells them")
            act.add_argument("--rest", action="store_true", help="all that are not decided on yet")
            act.add_argument("--reason", default="")
            act.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="of a reservation")
            act.add_argument(
                "--although", action="store_true", help="accept against the checks, with --reason"
            )
            fonds_words(act)
            _on_paper(act)
        case "accept":
            act.add_argument("--paper", action="store_true", help="the paper came too")
            fonds_words(act)
            act.add_argument(
                "--no-mark",
                action="append",
                default=[],
                metavar="DOSSIER",
                help="custodian: it reads like a secret mark and is none, with --reason; may be said again",
            )
            act.add_argument("--reason", default="", help="with --no-mark: no name, no content")
            act.add_argument(
                "--copy-until", type=_day, metavar="YYYY-MM-DD", help="how long the giver may read its copy"
            )
            _on_paper(act)


def _on_paper(act: argparse.ArgumentParser) -> None:
    help_ = f"at the giver's, without a receipt: {ON_PAPER}"
    act.add_argument("--on-paper", default="", metavar="TEXT", help=help_)
