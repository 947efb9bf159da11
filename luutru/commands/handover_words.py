"""The words of `luutru handover`: its acts, and what may be said with each."""

import argparse
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from catalog import transfer_draft
from catalog.transfer import RECEIVES_AS, ROUTES
from catalog.transfer_case import cases
from catalog.transfer_item import Decision
from catalog.transfer_state import State
from handover.minutes import LISTS, Signatories
from handover.profile import PROFILES
from luutru.commands.handover_named import TOKEN, fonds_words, numbered

ON_PAPER = "number and day of the paper that the receiver signed"

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
    _between_words(acts)
    _sample_words(acts)
    listed = acts.add_parser("list", help="list handovers, newest first")
    listed.add_argument("--state", choices=[each.value for each in State], help="in this state only")
    listed.add_argument("--limit", type=int, default=100, metavar="N", help="at most N (default 100)")
    _paper_words(acts)
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


def _between_words(acts: Any) -> None:
    verify = acts.add_parser("verify", help="check what lies in a folder or on a disk; takes nothing in")
    take = acts.add_parser("receive", help="check what lies in a folder or on a disk; keep it until decided")
    for act in (verify, take):
        act.add_argument("place", type=Path, help="folder, disk, parcel, tar or ZIP")
        act.add_argument("--quick", action="store_true", help="do not open every file")
        act.add_argument("--digest", metavar="SHA256", help="of all parcels, as the signed minutes print it")
        act.add_argument("--no-virus-scan", action="store_true", help="do not ask ClamAV")
    verify.add_argument("--for", dest="office", metavar="CODE", help="code or name of the office it is for")
    take.add_argument("--unit", metavar="UNIT", help="which unit of ours it is for, where that is not clear")
    take.add_argument("--giver", metavar="UNIT", help="which unit gives it, where that is not clear")
    fonds_words(take)
    take.add_argument(
        "--foreign", metavar="FONDS", help="of another system: take it in as scans into this fonds"
    )
    take.add_argument("--list", type=Path, metavar="FILE", help="with --foreign: keep what it says as a list")
    send = acts.add_parser("send", help="send its parcels to another installation; goes on after a cut")
    numbered(send)
    send.add_argument("--to", metavar="URL", help="https://… (default: the peer that the draft names)")
    send.add_argument("--token-file", type=Path, metavar="FILE", help=f"holds the token (default: ${TOKEN})")
    send.add_argument("--patience", type=float, default=600.0, metavar="SECONDS", help="of a broken line")
    _receipt_words(acts)


def _receipt_words(acts: Any) -> None:
    back = acts.add_parser("receipt", help="write the receipt of what came, or take in one that came back")
    numbered(back, nargs="?", help_="of what came; with --write")
    back.add_argument("--write", type=Path, metavar="FILE", help="write the receipt to this file")
    back.add_argument("--take", type=Path, metavar="FILE", help="take in the receipt of what we gave")
    back.add_argument("--on-paper", default="", metavar="TEXT", help=f"with --take, unsigned: {ON_PAPER}")


def _sample_words(acts: Any) -> None:
    act = acts.add_parser("sample", help="the dossiers drawn for a person to look at, and what they saw (R7)")
    numbered(act, help_="as BG-2026-000123, or its id")
    act.add_argument(
        "--mark",
        action="append",
        default=[],
        metavar="DOSSIER=OUTCOME",
        help="write down what was seen: passed or failed; may be said again",
    )
    act.add_argument(
        "--note", default="", metavar="TEXT", help="with --mark: what is wrong; needed for failed"
    )


def _paper_words(acts: Any) -> None:
    shown = acts.add_parser("board", help="how far each office is, how fast, when through, where stuck")
    _files(shown)
    shown.add_argument("--scope", default="", metavar="TEXT", help="of whom it is, on paper")
    said = acts.add_parser("holding", help="write down what an office holds and by when it goes")
    said.add_argument("unit", help="id, name or code")
    said.add_argument("--metres", type=_centimetres, metavar="M", help="of shelf, as measured")
    said.add_argument("--dossiers", type=int, metavar="N")
    said.add_argument("--deadline", type=_day, metavar="YYYY-MM-DD")
    said.add_argument("--instrument", default="", metavar="TEXT", help="the plan or decision that says so")
    made = acts.add_parser("minutes", help="draw the minutes up, keep them, and write them to a file")
    numbered(made)
    made.add_argument("--pdf", type=Path, metavar="FILE")
    for each in fields(Signatories):
        made.add_argument(f"--{each.name.replace('_', '-')}", default="", metavar="TEXT")
    listed = acts.add_parser("print", help="print a list that goes with the minutes, or the check sheet")
    numbered(listed)
    listed.add_argument("which", choices=LISTS)
    listed.add_argument("--part", type=int, default=1, metavar="N", help="which of several catalogues")
    _files(listed)


def _files(act: argparse.ArgumentParser) -> None:
    act.add_argument("--pdf", type=Path, metavar="FILE")
    act.add_argument("--xlsx", type=Path, metavar="FILE")


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
            act.add_argument(
                "--profile",
                choices=tuple(PROFILES),
                help="csip-2.0.4: scans and readings go along (default); tt05-2025: PDF/A and descriptions "
                "alone, for a system that takes the package of TT 05/2025 and no other",
            )
            act.add_argument("--most-files", type=int, metavar="N", help="of a parcel")
            act.add_argument("--most-bytes", type=int, metavar="N", help="of a parcel")
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
