"""Refuse what may not stand under a house licensed Apache-2.0: AGPL, GPL-only, and two names by name.

    python script/licences.py        every distribution of requirements/run.lock, as installed here

What a distribution says of itself is read (License-Expression, classifiers, License); LGPL and MPL
are fine, and so is a choice that offers something else beside the GPL. Saying nothing is refused too,
unless a person has looked and written the answer in LOOKED_AT.
"""

import re
import sys
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import cast

LOCKS = (Path("requirements/run.lock"), Path("requirements/fast.lock"))

REFUSED_NAMES = {
    "pymupdf": "AGPL-3.0 or commercial; pikepdf, pypdfium2 and pdf2image do its work here",
    "pymupdfb": "the engine of PyMuPDF",
    "vietnam-provinces": "GPL-3.0; units are kept in our own register",
}

LOOKED_AT: dict[str, str] = {}
"""Distributions that do not say their licence in a readable way: name -> what a person found, and where."""


def normal(name: str) -> str:
    """Return a distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_names(lock: str) -> list[str]:
    """Return the distributions that the text of a lock file pins, in its order, without repetition."""
    pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", lock, re.MULTILINE)
    return list(dict.fromkeys(normal(name) for name in pinned))


def stated_licence(package: Message) -> list[str]:
    """Return what a distribution says of its licence: its expression, else classifiers, else free text."""
    expression = package.get("License-Expression")
    if expression:
        return [str(expression)]
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in package.get_all("Classifier") or []
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    if classifiers:
        return classifiers
    text = str(package.get("License") or "").strip()
    return [text.splitlines()[0]] if text else []


def fault(name: str, stated: list[str]) -> str | None:
    """Return why a distribution is refused, or None where nothing speaks against it."""
    if name in REFUSED_NAMES:
        return f"{name}: refused by name ({REFUSED_NAMES[name]})"
    if name in LOOKED_AT:
        return None
    if not stated:
        return f"{name}: says no licence; look, and write the answer in LOOKED_AT"
    choices = [choice for line in stated for choice in re.split(r"\bOR\b|;", line)]
    if all(_binds_the_whole(choice) for choice in choices):
        return f"{name}: {' / '.join(stated)}"
    return None


def _binds_the_whole(choice: str) -> bool:
    """Tell whether a licence would bind what imports it (AGPL, GPL), exceptions and lesser ones apart."""
    text = choice.lower().replace("lesser general public", "").replace("library general public", "")
    named = re.search(r"\b(agpl|gpl)|affero|general public licen[cs]e", text.replace("lgpl", ""))
    return named is not None and "exception" not in text


def main() -> int:
    """Print every fault and return 1, or say how many distributions were looked at and return 0."""
    names = list(dict.fromkeys(name for lock in LOCKS for name in locked_names(lock.read_text("utf-8"))))
    faults, seen = [], 0
    for name in names:
        try:
            package = cast(Message, metadata.metadata(name))  # typeshed's protocol leaves out get()
        except metadata.PackageNotFoundError:
            continue  # pinned for another system or Python
        seen += 1
        if reason := fault(name, stated_licence(package)):
            faults.append(reason)
    for installed in metadata.distributions():
        name = normal(installed.metadata["Name"])
        if name in REFUSED_NAMES and name not in names:
            faults.append(f"{name}: refused by name ({REFUSED_NAMES[name]})")
    for line in faults:
        print(f"refused  {line}")
    print(f"{seen} distributions looked at, {len(faults)} refused")
    return 1 if faults or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
