"""Does the list agree with what is there: every document has its file, every file its document, dates can be.

By the descriptions inside a package (EAD and EAD_doc of TT 05/2025/TT-BNV) and what was seen of its files.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from lxml import etree

from handover import ead, names
from handover.announcement import Item
from handover.content_check import Looked
from handover.outcome import Check, failed, passed
from handover.package_check import MOST_XML_BYTES
from handover.record import PATH as RECORD

EARLIEST = date(1858, 1, 1)
"""Older papers exist in no district's office; an earlier date is a slip of the pen."""

_DESCRIPTION = re.compile(r"ead_doc_(.+)\.xml", re.IGNORECASE)


def check_catalogue(
    folder: Path, item: Item | None, *, latest: date, seen: Mapping[str, Looked] | None = None
) -> list[Check]:
    """Return what does not agree in the package in `folder`.

    Args:
        item: the dossier as announced; None: nothing was announced.
        latest: the day it was sealed; no paper is younger.
        seen: what was seen of its files, by path within the package; None: nobody looked.
    """
    checks = list(_check(folder, item, latest, seen))
    return checks or [passed("catalogue", folder.name)]


def _check(
    folder: Path, item: Item | None, latest: date, seen: Mapping[str, Looked] | None
) -> Iterator[Check]:
    dossier = _read(next(iter(sorted(folder.glob("metadata/descriptive/[Ee][Aa][Dd].xml"))), None))
    documents = {
        found[1]: _read(path)
        for path in sorted(folder.glob("representations/*/metadata/descriptive/*.xml"))
        if (found := _DESCRIPTION.fullmatch(path.name))
    }
    code = dossier.get("fileCode") or dossier.get("arcFileCode", "")
    if item is not None:
        if item.identifier not in (code, names.portable(code)):  # announced as it stands in paths
            yield failed("dossier-code-other", "EAD.xml", f"announced {item.identifier}, found {code}")
        if len(documents) != item.documents and not (
            item.medium != "digital" and not documents and _no_scans(folder)
        ):
            said = f"announced {item.documents} documents, described {len(documents)}"
            yield failed("dossier-count-other", "EAD.xml", said)
        if not (folder / RECORD).is_file():
            said = "its pages and readings are not told: ask for it sealed by csip-2.0.4"
            yield failed("package-without-record", folder.name, said)
    yield from _dates("EAD.xml", dossier, latest)
    yield from _files(folder, documents, seen)
    yield from _twice(documents)
    for name, values in documents.items():
        yield from _dates(f"EAD_doc_{name}.xml", values, latest)
    yield from _series(documents)


def _no_scans(folder: Path) -> bool:
    """Return whether nothing of the dossier was scanned: a list said then how many documents it has."""
    return not any(path.is_file() for path in folder.glob("representations/*/data/**/*"))


def _read(path: Path | None) -> Mapping[str, str]:
    if path is None or not path.is_file() or path.is_symlink() or path.stat().st_size > MOST_XML_BYTES:
        return {}
    try:
        return ead.read(path.read_bytes())
    except etree.XMLSyntaxError:
        return {}  # told by `package_check`


def _files(
    folder: Path, documents: Mapping[str, Mapping[str, str]], seen: Mapping[str, Looked] | None
) -> Iterator[Check]:
    data = folder / "representations" / "rep1" / "data"
    files = {path.stem: path for path in sorted(data.glob("*")) if path.is_file()} if data.is_dir() else {}
    for name in sorted(documents.keys() - files.keys()):
        yield failed("document-without-file", f"EAD_doc_{name}.xml", "described, and its PDF is not there")
    for name in sorted(files.keys() - documents.keys()):
        within = files[name].relative_to(folder).as_posix()
        yield failed("file-without-document", within, "there, and no document is described for it")
    for name in sorted(documents.keys() & files.keys()):
        within = files[name].relative_to(folder).as_posix()
        said = documents[name].get("numberOfPage", "")
        looked = (seen or {}).get(within)
        if looked is not None and not looked.fault and said.isdigit() and int(said) != looked.pages:
            yield failed("pages-other", within, f"described as {said} pages, has {looked.pages}")


def _twice(documents: Mapping[str, Mapping[str, str]]) -> Iterator[Check]:
    counted = Counter(values.get("docId") or values.get("docCode", "") for values in documents.values())
    for code, count in sorted(counted.items()):
        if code and count > 1:
            yield failed("document-twice", code, f"{count} documents bear it")


def _series(documents: Mapping[str, Mapping[str, str]]) -> Iterator[Check]:
    """Yield the numbers that lack where documents are numbered 1, 2, ... by the last part of their code."""
    numbers = sorted(
        int(found[1]) for name in documents if (found := re.search(r"\.(\d{1,9})$", name)) is not None
    )
    if len(numbers) != len(documents) or not numbers or numbers[-1] > 10 * len(numbers):
        return
    for lacks in sorted(set(range(1, numbers[-1] + 1)) - set(numbers)):
        yield failed(
            "series-gap", str(lacks), f"documents go to {numbers[-1]}, and {lacks} is not among them"
        )


def _dates(subject: str, values: Mapping[str, str], latest: date) -> Iterator[Check]:
    days: dict[str, date] = {}
    for name in ("startDate", "endDate", "issuedDate"):
        text = values.get(name, "")
        if not re.fullmatch(r"\d{2}/\d{2}/\d{4}", text):
            continue  # lacking or misspelt: told by the circular's rules
        try:
            days[name] = date(int(text[6:]), int(text[3:5]), int(text[:2]))
        except ValueError:
            yield failed("date-impossible", subject, f"{name} {text} is no day")
            continue
        if not EARLIEST <= days[name] <= latest:
            yield failed("date-impossible", subject, f"{name} {text} lies outside {EARLIEST} to {latest}")
    if "startDate" in days and "endDate" in days and days["startDate"] > days["endDate"]:
        yield failed("date-impossible", subject, "it ends before it begins")
