"""Was what was found of a parcel looked for once more? Between two verdicts as the register keeps them.

A fault is answered only by a check that ran: where nobody asked, or something lacked to ask with, it stands.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from handover.bag_check import UNDECLARED
from handover.document_signatures import CODE as DOCUMENTS
from handover.document_signatures import UNSIGNED
from handover.marked_words import CODE as MARKED
from handover.origin import LACKS
from handover.outcome import MORE, Outcome
from handover.report import Level, Proposal

Verdict = Mapping[str, Any]
"""A parcel's report as `handover.report.plain_parcel` tells it, and as earlier versions did."""

_Dossier = Mapping[str, Any] | None
"""A dossier of a verdict; None: the parcel itself."""
_Told = Mapping[str, str]

_RAN = frozenset({Outcome.PASSED.value, Outcome.FAILED.value})
_BAG, _CONTENT, _ORIGIN, _MINUTES = "bag", "content", "origin", "minutes"
_VIRUS, _PACKAGE, _OTHER = "virus", "package-unread", "signature-other-office"
_FILES = "representations/"
"""Where the documents of a package lie: of no other subject does a signature inside a PDF fail."""
_ALONE = frozenset({_VIRUS, MARKED, "pdfa"})
"""Checks that are a question of their own."""
_WHOLE = frozenset({_VIRUS, _BAG})
"""Questions asked of a parcel as a whole: a fault in one dossier says that the others were looked at, too."""
_UNLISTED = frozenset({"bag-unread", "bag-file-unreadable", "safe"})
"""Checks of a bag that could not run: then not all of it was read."""
_OF_MINUTES, OF_OTHERS = "announcement-digest", "announcement-digest-other"
MINUTES = frozenset({_OF_MINUTES, OF_OTHERS})
"""Whether the parcels that were announced are those of the minutes: asked where somebody types the digest."""
_PASSES = {
    LACKS: "signature-bytes",
    "signature-bytes-changed": "signature-bytes",
    "signature-unreadable": "signature-bytes",
    "signature-weak": "signature-bytes",
    _OTHER: "signature-office",
    DOCUMENTS: "signature-bytes",
    "signature-expired": "signature-time",
    "signature-not-yet-valid": "signature-time",
    "signature-untrusted": "signature-trust",
    "signature-revoked": "signature-revocation",
    "stamp-wrong": "stamp",
}
"""What is told of a signature in which a fault is not found any more."""
_OF_THE_BYTES = frozenset(set(Level) - {Level.R0, Level.R7})
_WORST_FIRST = (Proposal.HOLD.value, Proposal.RETURN.value)
_WORST_OUTCOMES = (Outcome.FAILED, Outcome.COULD_NOT_RUN)
_BETTER_THAN_UNREAD = frozenset({Proposal.ACCEPT.value, Proposal.RESERVE.value})


def unanswered(
    before: Verdict, after: Verdict, announced: Collection[str] | None = None
) -> list[tuple[_Dossier, _Told]]:
    """Return the faults of `before` that nobody looked for in `after`, each with its dossier.

    `announced`: where `after` is of other bytes, the dossiers that count; where its tag manifest is another
    one too, so is the signature over it, and that is asked anew. None: it is of the same bytes.
    """
    answers = _Answers(after)
    other = announced is not None and before.get("digest") != after.get("digest")
    return [
        (one, each)
        for one, each in _every(before)
        if each["outcome"] == Outcome.FAILED.value
        and (announced is None or one is None or one["identifier"] in announced)
        and not (other and one is None and _question(each) == _ORIGIN)
        and not answers.to(one, each)
    ]


def all_asked(before: Verdict, after: Verdict) -> bool:
    """Return whether every question that was answered of the same bytes before was answered again.

    That they are those of the minutes need not be: it is of what was announced, which does not change. A scan
    that left out some files has no other answer than another scan, whatever that leaves out.
    """
    answers = _Answers(after)
    if any(_left_out(each) for _one, each in _every(before)) and not answers.scanned:
        return False
    return all(
        answers.to(one, each)
        for one, each in _every(before)
        if _ran(each) and not (_question(each) == _MINUTES and each["outcome"] == Outcome.PASSED.value)
    )


def finds_more(after: Verdict, before: Verdict) -> bool:
    """Return whether a fault was found in the same bytes that was not found before.

    Or that they are not those of the minutes, which somebody asked only now.
    """
    answers = _Answers(before)
    return any(
        each["outcome"] == Outcome.FAILED.value
        and (each["level"] in _OF_THE_BYTES or each["code"] in MINUTES)
        and _named(each) not in answers.of(one).failed
        for one, each in _every(after)
    )


def with_what_stands(after: Verdict, before: Verdict) -> Verdict:
    """Return `after` with all faults of the same bytes that only `before` looked for.

    And with what could not be read then, and that nobody tried to read now.
    """
    theirs, earlier = _Dossiers(after), _Dossiers(before)
    stands: dict[str, list[_Told]] = {}
    for one, each in [*unanswered(before, after), *_still_unread(before, after)]:
        same = theirs.like(one) if one is not None else None
        stands.setdefault(same["identifier"] if same is not None else "", []).append(each)
    around = stands.pop("", [])
    told = []
    for one in after["dossiers"]:
        own, was = stands.get(one["identifier"], []), earlier.like(one)
        if own:
            one = {**one, "findings": [*one["findings"], *own], "outcome": _outcome(one, own)}
        if was is not None and (own or around):
            one = {**one, "proposal": _proposal(one["proposal"], was["proposal"], [*own, *around])}
        told.append(one)
    every = [*around, *(each for some in stands.values() for each in some)]
    return {
        **after,
        "outcome": _outcome(after, every),
        "findings": [*after["findings"], *around],
        "dossiers": told,
    }


def of_minutes(verdicts: Iterable[Verdict | None]) -> bool:
    """Return whether somebody typed the right digest of all parcels, by the verdict on each, and no other.

    That a parcel has another list than the minutes name is told beside it; alone, it is of another digest.
    """
    told = [{each["code"] for each in one["findings"]} & MINUTES for one in verdicts if one]
    return any(_OF_MINUTES in codes for codes in told) and {OF_OTHERS} not in told


def _still_unread(before: Verdict, after: Verdict) -> list[tuple[_Dossier, _Told]]:
    """Return what could not be read before, and was not read after; what `after` tells itself apart.

    And what a scan left out, where nobody scanned after.
    """
    answers = _Answers(after)
    return [
        (one, each)
        for one, each in _every(before)
        if (each.get("unread") and _named(each) not in answers.of(one).unread and not answers.to(one, each))
        or (_left_out(each) and not answers.scanned)
    ]


def _outcome(told: Mapping[str, Any], stands: Sequence[_Told]) -> str:
    outcomes = {told["outcome"], *(each["outcome"] for each in stands)}
    return next((each.value for each in _WORST_OUTCOMES if each.value in outcomes), told["outcome"])


def _proposal(one: str, was: str, stands: Sequence[_Told]) -> str:
    """Return what is proposed beside what stands: no better than before, where a fault does."""
    if any(each["outcome"] == Outcome.FAILED.value for each in stands):
        one = _worse(one, was)
    return Proposal.LOOK.value if one in _BETTER_THAN_UNREAD else one


def _worse(one: str, other: str) -> str:
    return next((each for each in _WORST_FIRST if each in (one, other)), one)


class _Dossiers:
    """The dossiers of a verdict, by code; or by folder, as earlier versions kept codes otherwise."""

    def __init__(self, verdict: Verdict) -> None:
        dossiers = verdict.get("dossiers", ())
        self._by_code = {one["identifier"]: one for one in dossiers}
        self._by_folder = {one["folder"]: one for one in dossiers if one["folder"]}

    def like(self, one: Mapping[str, Any]) -> _Dossier:
        """Return the same dossier as one of another verdict."""
        return self._by_code.get(one["identifier"]) or self._by_folder.get(one["folder"])


class _Found:
    """What was found of a dossier, or around them, by question."""

    def __init__(self, told: Iterable[_Told]) -> None:
        every = list(told)
        self.failed = {_named(each) for each in every if each["outcome"] == Outcome.FAILED.value}
        self.unread = {_named(each) for each in every if each.get("unread")}
        self.ran = {_question(each) for each in every if _looked(each)}
        self.lacks = {_question(each) for each in every if _lacks(each)}
        self.unscanned = {each["subject"] for each in every if each["code"] == _VIRUS and not _ran(each)}
        self.read = not any(each["code"] == _PACKAGE and each.get("unread") for each in every)
        origin = [each for each in every if each["level"] == Level.R3]
        self._signed = {_signed(each) for each in origin if _ran(each)}
        # not asked where the minutes name the parcel, and only there
        self._signed |= {_signed(each) for each in origin if each["code"] == LACKS and not _could_not(each)}
        self._fields = {each["subject"] for each in origin if _is_field(each)}
        self._in_fields = {_named(each) for each in origin if _is_field(each) and _ran(each)}
        self._files = {_signed(each)[1] for each in origin if each["subject"].startswith(_FILES)}
        self._none_signed = any(each["code"] == UNSIGNED for each in origin)

    def signature(self, finding: _Told, passes: str) -> bool:
        """Return whether a signature was looked at for that; `passes`: what is told where it is not found.

        Or a document of which the record, which was read, does not say any more that it is signed.
        """
        code, file = _signed(finding)
        if finding["subject"] in self._fields:  # what is told of another signature in it is no answer
            field = finding["subject"]
            return bool({(code, field), (passes, field)} & self._in_fields)
        if {(code, file), (passes, file)} & self._signed:
            return True
        read = bool(self._files) or self._none_signed
        return read and file.startswith(_FILES) and file not in self._files


class _Answers:
    """What a verdict answers of what another one found."""

    def __init__(self, verdict: Verdict) -> None:
        self._dossiers, self._found = _Dossiers(verdict), _Found(verdict.get("findings", ()))
        inside = verdict.get("dossiers", ())
        self._inside = {one["identifier"]: _Found(one["findings"]) for one in inside}
        every = [self._found, *self._inside.values()]
        self._unscanned = {subject for each in every for subject in each.unscanned}
        self._ran = {question for each in every for question in each.ran & _WHOLE}
        if any(_says_nothing(each) for _one, each in _every(verdict)):
            self._ran.discard(_BAG)

    @property
    def scanned(self) -> bool:
        """Whether a scanner looked at it, but for some files."""
        return _VIRUS in self._ran

    def of(self, one: _Dossier) -> _Found:
        """Return what was found of a dossier of the other verdict; None: of the parcel."""
        if one is None:
            return self._found
        same = self._dossiers.like(one)
        return self._inside[same["identifier"]] if same is not None else _Found(())

    def to(self, one: _Dossier, finding: _Told) -> bool:
        """Return whether that was looked for again."""
        question, own = _question(finding), self.of(one)
        if _named(finding) in own.failed:
            return True
        if not question:
            return own.read
        if question == _ORIGIN:
            code = finding["code"]
            passes = _PASSES.get(code, code)
            # whose certificate a PDF bears is compared with the record wherever its signature was read
            return own.signature(finding, "signature-bytes" if one and code == _OTHER else passes)
        if question == _VIRUS:
            return question in self._ran and not self._unlooked(own, finding["subject"])
        ran = self._ran if question in _WHOLE else own.ran
        return question in ran and question not in own.lacks | self._found.lacks

    def _unlooked(self, own: _Found, subject: str) -> bool:
        """Return whether a scan left out that file; "": any file at all."""
        if not subject:
            return bool(self._unscanned)
        return "" in self._unscanned or subject in own.unscanned


def _question(finding: _Told) -> str:
    """Return which question a finding answers; "": one that is asked wherever a package is read."""
    level, code = finding["level"], finding["code"]
    if code in _ALONE:
        return code
    if code in MINUTES:
        return _MINUTES
    if code == "safe" or code.startswith("bag-") or level == Level.R2:
        return _BAG
    return {Level.R3.value: _ORIGIN, Level.R5.value: _CONTENT}.get(level, "")


def _ran(told: _Told) -> bool:
    return told["outcome"] in _RAN


def _could_not(told: _Told) -> bool:
    return told["outcome"] == Outcome.COULD_NOT_RUN.value


def _looked(told: _Told) -> bool:
    """Return whether somebody looked for what a question asks; of a bag, whether its lists were read."""
    if _is_scan(told):
        return True
    if _question(told) != _BAG:
        return _ran(told)
    if told["outcome"] == Outcome.PASSED.value:
        return told["code"] == _BAG
    listed = told["code"] == MORE or (told["code"].startswith("bag-") and told["code"] != "bag-unread")
    return listed and told["outcome"] == Outcome.FAILED.value


def _is_scan(told: _Told) -> bool:
    """Return whether a scanner looked, at that or at all but that."""
    return told["code"] == _VIRUS and (_ran(told) or _left_out(told))


def _left_out(told: _Told) -> bool:
    """Return whether a scanner looked, but not at that file."""
    return told["code"] == _VIRUS and _could_not(told) and told["subject"] != ""


def _lacks(told: _Told) -> bool:
    if _question(told) == _BAG:
        return _could_not(told) and told["code"] in _UNLISTED
    return not _ran(told)


def _says_nothing(told: _Told) -> bool:
    return told["code"] in UNDECLARED and told["subject"] == "bagit.txt"


def _named(told: _Told) -> tuple[str, str]:
    return told["code"], told["subject"]


def _signed(told: _Told) -> tuple[str, str]:
    """Return what is told of a signature, and of which file: a PDF names its field, too, once it was read."""
    head, field, _name = told["subject"].partition(".pdf#")
    return told["code"], f"{head}.pdf" if field else head


def _is_field(told: _Told) -> bool:
    return ".pdf#" in told["subject"]


def _every(verdict: Verdict) -> Iterator[tuple[_Dossier, _Told]]:
    for each in verdict.get("findings", ()):
        yield None, each
    for one in verdict.get("dossiers", ()):
        for each in one["findings"]:
            yield one, each
