"""Every verb of the command line, in the order people meet them.

A verb is loaded when it is called: the engines, the desk and the progress bar take a second, and a search
needs none of them. Help that lists them all loads none.
"""

from importlib import import_module

from luutru.commands.verb import Verb

_VERBS = {
    "init": ("init", "make the archive ready for its first use, or bring it up to date"),
    "digitise": ("digitise", "take scans in, read them, and make them findable"),
    "watch": ("watch", "take in whatever is put into a folder, once it lies there unchanged"),
    "read": ("read", "read a file and register nothing"),
    "describe": (
        "describe",
        "say number, date, issuer, kind, subject and signer of a file's documents; register nothing",
    ),
    "search": ("search", "find pages and dossiers by half-remembered words"),
    "status": ("status", "show what waits, what is at work, how far the batches are"),
    "prioritise": ("prioritise", "put a batch before or behind others"),
    "dossier": ("dossier", "list, edit, arrange and sign off dossiers (hồ sơ)"),
    "work": ("work", "who did what on which day, and how far the contracts are"),
    "print": ("print", "print lists, labels, covers and separator sheets"),
    "list": ("list", "take in and give out lists of dossiers (Excel)"),
    "check": ("check", "check that the ledger adds up, that every object is whole, that search agrees"),
    "sign": ("sign", "the office's signature: documents, minutes, parcels; late time stamps; verify"),
    "audit": ("audit", "the sealed log of events: verify it, take a checkpoint, prove it grew"),
    "serve": ("serve", "serve the desk and the API, and do the work that waits"),
    "worker": ("helpers", "open, read and keep whatever waits, until stopped"),
    "reindex": ("reindex", "build the index anew; the old one answers meanwhile"),
    "handover": ("handover", "hand dossiers over to another office, with proof (bàn giao)"),
    "secret": ("secret", "what is held for a secret mark: list, release, wipe, screen"),
    "user": ("user", "say who may sign in, and what they may do"),
    "unit": ("unit", "enter and list units (đơn vị)"),
    "fonds": ("fonds", "enter, confirm and list fonds (phông)"),
    "model": ("model", "train, list and choose what tells dossiers' types (loại hồ sơ)"),
    "hold-index": ("helpers", ""),
}
"""The module of each verb, and its help: one line, in plain words; "": other verbs start it, not people."""

NAMES = tuple(_VERBS)


def help_of(name: str) -> str:
    """Return what the verb called `name` does, in one line; "": people do not call it."""
    return _VERBS[name][1]


def load(name: str) -> Verb:
    """Return the verb called `name`, one of `NAMES`."""
    found = getattr(import_module(f"luutru.commands.{_VERBS[name][0]}"), name.upper().replace("-", "_"))
    assert isinstance(found, Verb)
    return found
