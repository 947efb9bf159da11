"""A package of another system, recognised: what it is, what is wrong with it, which of its files are scans.

    csip     packages of E-ARK CSIP or SIP 2.0.4 to 2.2.0, alone, in a folder or in a bag
    bag      a BagIt bag of plain files
    folder   a plain folder, with or without a list (XLSX) of what is in it

Its scans are taken in as any others are, and what it says of them comes as a list does: nothing is believed,
people check it. A file that is not what its package says stays behind and is told; the others are taken.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from handover.apart import Lost
from handover.bag_reading import ReadBag, read_bag
from handover.foreign_reading import read_packages
from handover.outcome import Check, Outcome, failed, not_asked
from ingest.arrangement import Arrival, Plan, list_key, plan
from ingest.limits import Limits
from ingest.list_columns import sets
from luutru.errors import InvalidInput
from paper.form_xlsx import save_table

SCANS = frozenset({".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2"})
LISTS = frozenset({".xlsx"})
MOST_PACKAGES = 20_000
DEFAULT_LIMITS = Limits()


class NothingForeign(InvalidInput):
    """There is no package, no bag and no scan in this place."""

    slug = "nothing-foreign"


@dataclass(frozen=True)
class Foreign:
    """What came from elsewhere."""

    kind: str  #: csip, bag, folder
    version: str  #: of CSIP, as far as it says; "" else
    checks: tuple[Check, ...]
    scans: Plan  #: to be taken in
    dossiers: tuple[Mapping[str, str], ...] = ()  #: by field of TT 05/2025 (EAD), as described there
    documents: tuple[Mapping[str, str], ...] = ()  #: the same (EAD_doc)
    office_list: Path | None = None  #: an office's list that lies beside the scans

    @property
    def faults(self) -> tuple[Check, ...]:
        """Everything that is wrong with it."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAILED)


def recognise(
    folder: Path, origin: str, *, unfit: Collection[str] = (), limits: Limits = DEFAULT_LIMITS
) -> Foreign:
    """Return what lies in `folder`: of a bag whose lists were not read, or not whole, nothing but why.

    Args:
        folder: a folder that may be walked: an archive is unpacked before.
        origin: where it came from, the same each time: a file that came before is known by it.
        unfit: paths in it that somebody found unfit already (a virus): they stay behind.
        limits: of a child that reads what packages say of themselves.

    Raises:
        NothingForeign: nothing in it can be taken in.
    """
    is_bag = (folder / "bagit.txt").is_file()
    read = read_bag(folder, folder.name, limits=limits) if is_bag else ReadBag((), {})
    if not read.listed:
        return Foreign("bag", "", read.checks, Plan(()))
    top = folder / "data" if is_bag else folder
    packages = _packages(top)
    looking = _Looking(folder, origin, {*read.wrong, *unfit}, list(read.checks), limits)
    found = looking.csip(packages) if packages else looking.plain(top, "bag" if is_bag else "folder")
    if not found.scans.arrivals and not found.faults:
        raise NothingForeign(f"{folder.name}: no package, no bag and no scan")
    return found


def write_list(found: Foreign, path: Path) -> None:
    """Write what packages say of dossiers and documents as a list of TT 05/2025, as an office would."""
    columns = sets()["tt05"]
    sheets = []
    for name, chosen, rows in (
        ("Hồ sơ", columns.dossier, found.dossiers),
        ("Văn bản", columns.document, found.documents),
    ):
        heads = [column.head for column in chosen]
        if rows:
            sheets.append((name, [heads], [[row.get(head, "") for head in heads] for row in rows]))
    save_table(sheets, path)


def _links(package: Path) -> Iterator[str]:
    """Yield the links in a package: what they lead to is no part of it, and might be anything."""
    for root, folders, names in os.walk(package, followlinks=False):
        for name in (*folders, *names):
            if Path(root, name).is_symlink():
                yield Path(root, name).relative_to(package).as_posix()


def _packages(top: Path) -> list[Path]:
    if (top / "METS.xml").is_file():
        return [top]
    if not top.is_dir():
        return []
    found = [
        each
        for each in sorted(top.iterdir(), key=lambda each: list_key(each.name))
        if each.is_dir() and not each.is_symlink() and (each / "METS.xml").is_file()
    ]
    return found[:MOST_PACKAGES]


@dataclass
class _Looking:
    folder: Path
    origin: str
    wrong: set[str]  #: paths within the folder
    checks: list[Check]
    limits: Limits
    arrivals: list[Arrival] = field(default_factory=list)

    # --- a plain folder --------------------------------------------------------------------------------

    def plain(self, top: Path, kind: str) -> Foreign:
        planned = plan([top])
        lists = [each for each in planned if each.path.suffix.lower() in LISTS and each.path.parent == top]
        named = {each.path for each in lists}
        for each in planned:
            within = each.path.relative_to(self.folder).as_posix()
            if each.path not in named and within not in self.wrong:
                self.arrivals.append(replace(each, origin=f"{self.origin}/{within}"))
        for more in lists[1:]:
            self.checks.append(not_asked("list-second", more.relative, f"{lists[0].relative} is the list"))
        chosen = lists[0].path if lists else None
        scans = Plan(tuple(self.arrivals), planned.refused, planned.ignored)
        return Foreign(kind, "", tuple(self.checks), scans, office_list=chosen)

    # --- packages --------------------------------------------------------------------------------------

    def csip(self, packages: list[Path]) -> Foreign:
        dossiers: list[Mapping[str, str]] = []
        documents: list[Mapping[str, str]] = []
        versions: set[str] = set()
        plain = [package for package in packages if not self._has_links(package)]
        for package, read in zip(plain, read_packages(plain, limits=self.limits), strict=True):
            prefix = self._prefix(package)
            if isinstance(read, Lost):
                self.checks.append(read.check("package-unread", prefix or package.name))
                continue
            versions.add(read.version)
            told = [replace(each, subject=f"{prefix}{each.subject}") for each in read.checks]
            self.checks += told
            self.wrong |= {each.subject for each in told if each.outcome is Outcome.FAILED}
            if read.dossier.get("title"):
                dossiers.append(read.dossier)
                documents += read.documents.values()
            self._scans(package, read.dossier["fileCode"], read.documents)
        return Foreign(
            "csip",
            ", ".join(sorted(versions - {""})),
            tuple(self.checks),
            Plan(tuple(self.arrivals)),
            tuple(dossiers),
            tuple(documents),
        )

    def _has_links(self, package: Path) -> bool:
        """Return whether there are links in a package, and tell each."""
        links = list(_links(package))
        prefix = self._prefix(package)
        self.checks += [failed("package-link", f"{prefix}{each}", "a link: not read") for each in links]
        return bool(links)

    def _prefix(self, package: Path) -> str:
        return "" if package == self.folder else package.relative_to(self.folder).as_posix() + "/"

    def _scans(self, package: Path, dossier: str, documents: Mapping[str, Mapping[str, str]]) -> None:
        """Plan the files of the one representation whose files are the documents that are described.

        Where none is, of the one with the most scans; the same pages taken twice would be two documents.
        """
        by_name: dict[str, list[Path]] = {}
        for folder in sorted(package.glob("representations/*"), key=lambda each: list_key(each.name)):
            scans = [
                path
                for path in sorted((folder / "data").rglob("*"), key=lambda each: list_key(each.name))
                if path.suffix.lower() in SCANS and path.is_file() and not path.is_symlink()
            ]
            if scans:
                by_name[folder.name] = scans
        if not by_name:
            return

        def worth(name: str) -> tuple[int, int]:
            return sum(path.stem in documents for path in by_name[name]), len(by_name[name])

        chosen = max(by_name, key=worth)
        for name, scans in by_name.items():
            if name != chosen:
                said = f"{len(scans)} files; those of {chosen} are taken"
                subject = f"{self._prefix(package)}representations/{name}"
                self.checks.append(not_asked("representation-left", subject, said))
        for path in by_name[chosen]:
            within = path.relative_to(self.folder).as_posix()
            if within not in self.wrong:
                relative = f"{dossier}/{path.name}"
                self.arrivals.append(Arrival(path, f"{self.origin}/{within}", relative, None, dossier))
