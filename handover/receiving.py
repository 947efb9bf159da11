"""The receiver's checks, R0 to R7, over whatever came: every fault at once, a word for each dossier.

A bad parcel or dossier holds up only its own dossiers. A dossier whose package has the digest that was
announced for it is whole, whatever is wrong around it; one of which nothing was announced stands or falls
with its parcel. Signatures are checked by whoever is handed in (`handover.origin`), so that without keys
all else still is.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from catalog.instants import today
from handover import bag, landing
from handover.announcement import Announcement, Item
from handover.announcement import Parcel as AnnouncedParcel
from handover.bag_check import ALIKE, PARCEL
from handover.bag_reading import ReadBag, read_bag
from handover.content_check import PAGED, Looked, PdfaJudge, check_content, check_pdfa, look
from handover.document_signatures import DocumentCheck, not_checked
from handover.folders import announced, by_folder, digest_of, folder_of, has_twins, packages, stranger, twins
from handover.landing import Landed, lay_out
from handover.looked_for import MINUTES, OF_OTHERS
from handover.minutes import total_digest
from handover.origin import BYTES, CHANGED, LACKS, OriginCheck
from handover.outcome import AGAIN, Check, Outcome, could_not_run, failed, not_asked, passed
from handover.package_reading import Asked, Read, read_packages
from handover.report import DeliveryReport, DossierReport, Finding, Level, ParcelReport, Proposal
from handover.signed_parcel import lay_within
from handover.unpack import Bounds
from handover.virus_scan import scan
from handover.weighing import UNSAFE, as_sent, one_of_each_around, propose
from ingest.limits import Limits
from ingest.sandbox import begin_with
from review.sampling import draw, plan_for


@dataclass(frozen=True)
class Expecting:
    """What the receiver knows and has at hand."""

    offices: frozenset[str] = frozenset()  #: our codes and names; empty: nobody asks who it is for
    settled: Mapping[str, str] = field(default_factory=dict)  #: parcel name -> digest, taken before
    origin: OriginCheck | None = None
    signatures: DocumentCheck = not_checked  #: inside the PDFs of a package
    digest: str | None = None  #: of all parcels, as the signed minutes name it; None: nobody typed it
    pdfa: PdfaJudge | None = None
    virus: Callable[[Path], Iterable[Check]] | None = scan
    limits: Limits = field(default_factory=Limits)
    bounds: Bounds = field(default_factory=Bounds)
    content: bool = True  #: open every file (R5); the slowest of all
    inspected: frozenset[str] = frozenset()  #: documents of the sample that a person looked at


NOTHING_KNOWN = Expecting()
READERS = ("handover.bag_reading", "handover.content_check", "handover.package_reading")
"""What children of a check begin with: a parcel takes three, and each would load it for half a second."""


def check_delivery(
    place: Path,
    expecting: Expecting = NOTHING_KNOWN,
    *,
    scratch: Path | None = None,
    keep: Callable[[ParcelReport, Path | None], None] | None = None,
) -> DeliveryReport:
    """Return what every check found in `place`: a folder of parcels, one parcel, a tar or a ZIP.

    `scratch`: where archives are unpacked; what is put there goes again. `keep`: is lent each parcel as it
    lies open, while it does; None: it could not be opened.

    Raises:
        NothingToReceive, AnnouncementInvalid: as `handover.landing` says.
    """
    begin_with(READERS)
    told = landing.announced(place)
    findings = tuple(_addressed(told, expecting))
    parcels: list[ParcelReport] = []
    digests: dict[str, str] = {}
    for one in landing.landed(place):
        with tempfile.TemporaryDirectory(prefix="receive-", dir=scratch) as room:
            report, folder = _checked(one, told, expecting, Path(room) / "parcel", digests)
            parcels.append(report)
            if keep:
                keep(report, folder)
    if told is not None:
        here = {report.name for report in parcels if report.here}
        parcels += [_awaited(told, each) for each in told.parcels if each.name not in here]
    return DeliveryReport(told.transfer if told else "", findings, tuple(parcels))


def _addressed(told: Announcement | None, expecting: Expecting) -> Iterable[Finding]:
    if told is None:
        yield Finding(
            Level.R0, not_asked("announcement", "handover.json", "there is none beside the parcels")
        )
        return
    if expecting.digest is not None:
        if _proven(told, expecting):
            yield Finding(Level.R0, passed("announcement-digest", told.transfer))
        else:
            said = "its parcels are not those that the digest names"
            yield Finding(Level.R0, failed(OF_OTHERS, told.transfer, said))
    if not expecting.offices:
        yield Finding(Level.R0, not_asked("addressee", told.receiver.code or told.receiver.name))
    elif expecting.offices & {told.receiver.code, told.receiver.name} - {""}:
        yield Finding(Level.R0, passed("addressee", told.receiver.code or told.receiver.name))
    else:
        said = f"it is for {told.receiver.name} ({told.receiver.code or 'no code'}), not for us"
        yield Finding(Level.R0, failed("addressee-other", told.transfer, said))


def _proven(told: Announcement | None, expecting: Expecting) -> bool:
    """Return whether the parcels that are announced are those that the minutes name."""
    if told is None or expecting.digest is None:
        return False
    return total_digest((each.name, each.digest) for each in told.parcels) == expecting.digest


def _awaited(told: Announcement, parcel: AnnouncedParcel) -> ParcelReport:
    if parcel.name in told.withheld:
        said = "the giver keeps it back; what else was in it comes in a supplement"
        check, proposal = not_asked("parcel-withheld", parcel.name, said), Proposal.MISSING
    else:
        said = "announced, and not here; another route may bring it"
        check, proposal = not_asked("parcel-awaited", parcel.name, said), Proposal.AWAITED
    found = (Finding(Level.R0, check),)
    dossiers = tuple(
        DossierReport(item.identifier, "", found, proposal) for item in told.in_parcel(parcel.number)
    )
    return ParcelReport(parcel.name, parcel.digest, found, dossiers, here=False)


def check_parcel(
    one: Landed,
    told: Announcement | None,
    expecting: Expecting = NOTHING_KNOWN,
    *,
    room: Path,
) -> ParcelReport:
    """Return what every check found in one parcel; `room`: a new folder to unpack into."""
    return _checked(one, told, expecting, room, {})[0]


def _checked(
    one: Landed,
    told: Announcement | None,
    expecting: Expecting,
    room: Path,
    seen: dict[str, str],
) -> tuple[ParcelReport, Path | None]:
    """Return what was found in a parcel, and where it lies open; `seen`: those before it, by digest."""
    folder, unsafe = lay_out(one, room, expecting.bounds, expecting.limits)
    if folder is None:
        return _unopened(one, told, unsafe), None
    if one.packed:
        lay_within(one.path, folder)
    checking = _Checking(one, folder, told, expecting, [Finding(Level.R1, check) for check in unsafe])
    try:
        return checking.report(seen), folder
    except OSError as error:  # a disk that does not even give its lists back
        said = error.strerror or "it cannot be read"
        why = could_not_run("bag-file-unreadable", one.name, said, unread=AGAIN)
        return _unopened(one, told, [why]), None


def _unopened(one: Landed, told: Announcement | None, unsafe: Iterable[Check]) -> ParcelReport:
    """Return what is told of a parcel that lies open nowhere; one that we could not open may come yet."""
    unsafe = tuple(unsafe)
    expected = _expected(told, one.name)
    again = any(each.unread for each in unsafe)
    tell, proposal = (could_not_run, Proposal.AWAITED) if again else (failed, Proposal.HOLD)
    why = Finding(Level.R1, tell("parcel-not-opened", one.name, "see what is said of the parcel"))
    dossiers = tuple(
        DossierReport(item.identifier, "", (why,), proposal)
        for item in (told.in_parcel(expected.number) if told and expected else ())
    )
    return ParcelReport(one.name, "", tuple(Finding(Level.R1, check) for check in unsafe), dossiers)


def _expected(told: Announcement | None, name: str) -> AnnouncedParcel | None:
    return next((each for each in told.parcels if each.name == name), None) if told else None


@dataclass
class _Checking:
    """The checks of one parcel that lies open in `folder`."""

    one: Landed
    folder: Path
    told: Announcement | None
    expecting: Expecting
    findings: list[Finding]
    addressed: Sequence[Finding] = ()  #: is it for us, and of the minutes; all of it, and this parcel
    looked: dict[Path, Looked] = field(default_factory=dict)  #: what was seen of each file that has pages
    inside: dict[str, list[Finding]] = field(default_factory=dict)  #: by folder in `data`; "": in none
    around: Sequence[Finding] = ()  #: one of each kind that is of no folder in `data`
    alike: Mapping[str, str] = field(default_factory=dict)  #: folders that some systems take for another
    read: ReadBag = field(default_factory=lambda: ReadBag((), {}))  #: of the bag

    def report(self, seen: dict[str, str]) -> ParcelReport:
        tags = self.folder / bag.TAG_MANIFEST
        digest = _sha256(tags) if tags.is_file() and not tags.is_symlink() else ""
        name = self.one.name
        if digest and digest in seen:
            said = f"the same parcel as {seen[digest]}, which was looked at"
            twice = Finding(Level.R0, failed("parcel-twice", name, said))
            return ParcelReport(name, digest, (*self.findings, twice), here=False)
        expected = self._expected(digest)
        self._bag()
        as_announced = expected is not None and expected.digest == digest
        addressed = list(_addressed(self.told, self.expecting))
        if _proven(self.told, self.expecting) and not (as_announced and not self.read.is_other_list):
            said = "the minutes name it with another list of files"
            addressed.append(Finding(Level.R0, failed(OF_OTHERS, self.one.name, said)))
        self.addressed = addressed
        self.findings += [each for each in self.addressed if each.check.code in MINUTES]  # or nobody asked
        self._origin(as_announced=as_announced)
        if self.expecting.virus is None:
            self._add(Level.R5, not_asked("virus", "", "nobody asked for a scan"))
        else:
            self.findings += [Finding(Level.R5, check) for check in self.expecting.virus(self.folder)]
        dossiers = tuple(self._dossiers(expected, digest))
        inner = {one.folder for one in dossiers if one.folder}
        own = [each for each in self.findings if folder_of(each.check.subject) not in inner]
        if digest and as_sent([*self.findings, *(each for one in dossiers for each in one.findings)]):
            seen[digest] = name  # of a copy that is spoilt, or was not read, another one may be better
        return ParcelReport(expected.name if expected else name, digest, tuple(own), dossiers)

    def _add(self, level: Level, check: Check) -> None:
        self.findings.append(Finding(level, check))

    def _expected(self, digest: str) -> AnnouncedParcel | None:
        """Return the parcel as announced: by its digest, whatever its folder is called, else by its name."""
        name, told = self.one.name, self.told
        if told is None:
            if name in self.expecting.settled:
                self._settled(name, digest)
            return None
        by_digest = next((each for each in told.parcels if each.digest == digest), None)
        found = by_digest or _expected(told, name)
        if found is None:
            self._add(Level.R0, failed("parcel-unexpected", name, "nothing of the kind was announced"))
        elif by_digest is None:
            said = f"announced {found.digest[:16]}…, found {digest[:16] or 'none'}…"
            self._add(Level.R0, failed("parcel-digest-other", name, said))
        else:
            if found.name != name:
                self._add(Level.R0, failed("parcel-renamed", name, f"it is {found.name}"))
            self._add(Level.R0, passed("parcel-expected", found.name))
        self._settled(found.name if found else name, digest)
        return found

    def _settled(self, name: str, digest: str) -> None:
        before = self.expecting.settled.get(name)
        if before == digest:
            self._add(Level.R0, passed("parcel-known", name, "it was taken before; nothing is taken twice"))
        elif before is not None:
            said = f"another one of this name was taken before: {before[:16]}…"
            self._add(Level.R0, failed("parcel-other-before", name, said))

    def _bag(self) -> None:
        self.read = read_bag(self.folder, self.one.name, PARCEL, limits=self.expecting.limits)
        for check in self.read.checks:
            self._add(Level.R1 if check.code in UNSAFE else Level.R2, check)
        if self.read.unread is not None:
            said = "its lists were not read"
            self._add(Level.R1, could_not_run("safe", self.one.name, said, unread=self.read.unread.unread))
        elif not any(
            each.level is Level.R1 and each.check.outcome is Outcome.FAILED for each in self.findings
        ):
            self._add(Level.R1, passed("safe", self.one.name))

    def _origin(self, *, as_announced: bool) -> None:
        signature = self.folder / "signatures" / f"{bag.TAG_MANIFEST}.p7s"
        if self.expecting.origin is not None:
            other = self.read.is_other_list
            for check in self.expecting.origin(self.folder, self.one.path, self.told):
                if check.code == LACKS and as_announced and not other and _proven(self.told, self.expecting):
                    check = not_asked(LACKS, check.subject, "the minutes name it by its digest")
                elif check.code == BYTES and other:
                    said = "the list of files is not the one that it is over"
                    check = failed(CHANGED, check.subject, said)
                self._add(Level.R3, check)
        elif signature.is_file():
            self._add(
                Level.R3, not_asked("signature", "signatures/", "there is one, and no trust to hold it to")
            )
        else:
            self._add(Level.R3, not_asked("signature", "signatures/", "the parcel bears none"))

    # --- dossier by dossier -----------------------------------------------------------------------------

    def _dossiers(self, expected: AnnouncedParcel | None, seed: str) -> Iterable[DossierReport]:
        rows = by_folder(self.read.rows)
        for each in self.findings:
            self.inside.setdefault(folder_of(each.check.subject), []).append(each)
        self.around = one_of_each_around(self.findings)
        folders, self.alike = packages(self.folder / "data"), twins(self.folder / "data")
        items = announced(folders, self.told, rows)
        if self.expecting.content:
            every = [path for folder in folders.values() for path in _paged(folder)]
            self.looked = look(every, limits=self.expecting.limits)
        asked = [self._asked(folder, items.get(name), rows.get(name, {})) for name, folder in folders.items()]
        held = {one.item.identifier for one in asked if one.item is not None}
        reads = read_packages(asked, limits=self.expecting.limits)
        signed = self._signed(asked, reads)
        for one, read, found in zip(asked, reads, signed, strict=True):
            own = rows.get(one.folder.name, {})
            yield self._dossier(one, replace(read, signed=found), expected, own, seed)
        if self.told is None or expected is None:
            return
        for item in self.told.in_parcel(expected.number):
            if item.identifier not in held:
                check = failed("dossier-lacks", item.identifier, f"announced in {expected.name}, not in it")
                yield DossierReport(item.identifier, "", (Finding(Level.R4, check),), Proposal.MISSING)

    def _asked(self, folder: Path, item: Item | None, rows: Mapping[str, str]) -> Asked:
        """Return a package with what is known of it before what it says of itself is read."""
        seen, listed = None, None
        if self.expecting.content:
            seen = {path.relative_to(folder).as_posix(): self.looked[path] for path in _paged(folder)}
            listed = {digest: self.folder / path for path, digest in rows.items()}
        return Asked(folder, item, self._latest(), seen, listed)

    def _dossier(
        self,
        asked: Asked,
        read: Read,
        expected: AnnouncedParcel | None,
        rows: Mapping[str, str],
        seed: str,
    ) -> DossierReport:
        folder, item, name = asked.folder, asked.item, asked.folder.name
        prefix = f"data/{name}/"
        mine = [
            Finding(each.level, replace(each.check, subject=each.check.subject.removeprefix(prefix)))
            for each in self.inside.get(name, ())
        ]
        if self._is_only_named_alike(name, item, rows):
            mine = [each for each in mine if each.check.code != ALIKE]
        found = [*mine, *self._place(name, item, expected)]
        proven = self._digest(name, item, rows, found)
        found += [Finding(Level.R4, check) for check in read.package]
        found += self._content(asked)
        found += [Finding(Level.R5, check) for check in read.words]
        found += [Finding(Level.R3, check) for check in read.signed]
        found += [Finding(Level.R6, check) for check in read.catalogue]
        sample = self._sample(folder, seed)
        found.append(Finding(Level.R7, self._inspected(sample)))
        identifier = item.identifier if item else stranger(name, self.told)
        proposal = propose(found, self.around, proven=proven, for_us=self._for_us())
        return DossierReport(identifier, name, tuple(found), proposal, sample)

    def _signed(self, asked: Sequence[Asked], reads: Sequence[Read]) -> Sequence[Iterable[Check]]:
        """Return how the signed PDFs of each package stand; all of a parcel are verified as one sending."""
        if not self.expecting.content:
            return [()] * len(asked)
        packages = [(one.folder, read.said) for one, read in zip(asked, reads, strict=True)]
        return self.expecting.signatures(packages, self.expecting.limits)

    def _content(self, asked: Asked) -> Iterable[Finding]:
        """Yield how the files of a package could be opened."""
        if asked.seen is None:
            yield Finding(Level.R5, not_asked("content", "", "the files were not opened"))
            return
        yield from (Finding(Level.R5, check) for check in check_content(asked.seen))
        pdfs = [asked.folder / path for path in asked.seen if "rep1" in path.split("/")]
        yield from (Finding(Level.R5, check) for check in check_pdfa(asked.folder, pdfs, self.expecting.pdfa))

    def _place(self, name: str, item: Item | None, expected: AnnouncedParcel | None) -> Iterable[Finding]:
        if self.told is None:
            return
        if item is None:
            said = "its folder is none that the announcement names"
            yield Finding(Level.R4, failed("dossier-not-announced", name, said))
        elif expected is None or item.parcel != expected.number:
            right = next((each.name for each in self.told.parcels if each.number == item.parcel), "no parcel")
            yield Finding(
                Level.R4, failed("dossier-of-other-parcel", item.identifier, f"announced in {right}")
            )

    def _digest(self, name: str, item: Item | None, rows: Mapping[str, str], found: list[Finding]) -> bool:
        """Return whether the package is proven to be what was announced; a wrong digest is told in `found`.

        What the bag's list says of a file was compared with the file itself by `check_bag`, if it could be.
        """
        if item is None or item.digest is None:
            return False
        if self.read.unread is not None:
            found.append(Finding(Level.R2, replace(self.read.unread, subject=item.identifier)))
            return False
        digest = digest_of(name, rows)
        if digest != item.digest:
            said = f"announced {item.digest[:16]}…, found {digest[:16]}…"
            found.append(Finding(Level.R2, failed("package-digest-other", item.identifier, said)))
            return False
        return not any(each.check.outcome is Outcome.FAILED or each.check.unread for each in found)

    def _is_only_named_alike(self, name: str, item: Item | None, rows: Mapping[str, str]) -> bool:
        """Return whether a package is as announced, and some systems take another folder for it (told here).

        The other one is nothing that was announced, and holds up itself alone.
        """
        other = self.alike.get(name)
        if not other or item is None or digest_of(name, rows) != item.digest or has_twins(name, rows):
            return False
        self._add(Level.R1, failed(ALIKE, f"data/{other}", f"some systems take it for {name}"))
        return True

    def _latest(self) -> date:
        return self.told.sealed_at.date() if self.told else today()

    def _sample(self, folder: Path, seed: str) -> tuple[str, ...]:
        documents = sorted(path.stem for path in folder.glob("representations/rep1/data/*") if path.is_file())
        if not documents or not seed:
            return ()
        return tuple(sorted(draw(documents, plan_for(len(documents)).sample, seed)))

    def _inspected(self, sample: tuple[str, ...]) -> Check:
        if not sample:
            return not_asked("sample", "", "no document of it was scanned")
        left = [name for name in sample if name not in self.expecting.inspected]
        if left:
            return not_asked("sample", "", f"{len(left)} of {len(sample)} drawn documents wait for a person")
        return passed("sample", "", f"{len(sample)} drawn documents were looked at")

    def _for_us(self) -> bool:
        found = {each.check.code for each in self.addressed}
        return found.isdisjoint({"addressee-other", OF_OTHERS})


def _paged(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.suffix.lower() in PAGED
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
