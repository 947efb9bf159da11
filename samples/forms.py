"""Papers that people bring and no office issues: a declaration, a complaint, a contract."""

import datetime
import functools
import random
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samples.content import Document, Para, Signer
from samples.names import Slots
from samples.office import office

STYLES = {"#": "heading", "=": "field"}


@functools.cache
def forms() -> Mapping[str, Mapping[str, Any]]:
    """Return the forms by abbreviation ("TK", "ĐƠN", "HĐ"), as `samples/forms.toml` tells them."""
    text = Path(__file__).with_name("forms.toml").read_text(encoding="utf-8")
    return tomllib.loads(unicodedata.normalize("NFC", text))


def fill(rng: random.Random, *, form: str, matter: str) -> Document:
    """Return the form, filled in by an invented person.

    Args:
        rng: where chance comes from; the same state gives the same paper.
        form: a key of `forms()`.
        matter: code of the kind of dossier it lies in.
    """
    told = forms()[form]
    day = datetime.date(rng.randrange(1999, 2022), rng.randrange(1, 13), rng.randrange(1, 29))
    at = office(rng, "xa")
    slots = Slots(rng, day=day, office=at.slots)
    slots["thon"] = slots["thon"]  # the same hamlet all over the form
    lines = str(told["text"]).strip().splitlines()
    signers = [line.format_map(slots).split("|") for line in told["signers"]]
    return Document(
        matter=matter,
        abbreviation=form,
        kind=told["kind"],
        parent=(),
        issuer=(),
        number="",
        notation="",
        place=at.place,
        day=day,
        subject=told["subject"].format_map(slots),
        addressees=(told["addressee"].format_map(slots),) if told["addressee"] else (),
        blocks=tuple(
            Para(line.lstrip("#=").format_map(slots), STYLES.get(line[0], "body")) for line in lines
        ),
        signers=tuple(Signer((title,), name) for title, name in signers),
        recipients=(),
    )
