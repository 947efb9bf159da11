"""What was found outranks what could not be read: in what is proposed, and between two verdicts."""

from collections.abc import Mapping
from typing import Any

import pytest

from handover.outcome import AGAIN, LEFT, Check, could_not_run, failed, not_asked, passed
from handover.report import (
    DeliveryReport,
    DossierReport,
    Finding,
    Level,
    ParcelReport,
    Proposal,
    plain_parcel,
)
from handover.weighing import asks_again, checked_again, propose, unspoilt, weighed, whole

INSIDE = frozenset({"A", "B"})
GOOD, BAD, HELD = Proposal.ACCEPT, Proposal.RETURN, Proposal.HOLD


class Unread:
    """A dossier that could not be read, of this machine or because we would not."""

    def __init__(self, unread: str = AGAIN, proposal: Proposal = Proposal.LOOK) -> None:
        self.unread, self.proposal = unread, proposal


def verdict(**said: Proposal | Unread) -> dict[str, Any]:
    """Return a verdict on a parcel of these dossiers, as the register keeps it."""
    dossiers = []
    for name, what in said.items():
        if isinstance(what, Unread):
            check = could_not_run("package-unread", f"uuid-{name}", "why", unread=what.unread)
            dossiers.append(DossierReport(name, f"uuid-{name}", (Finding(Level.R4, check),), what.proposal))
        else:
            dossiers.append(DossierReport(name, f"uuid-{name}", (), what))
    return plain_parcel(ParcelReport("p", "0" * 64, (), tuple(dossiers)))


def takes(after: Mapping[str, Any], before: Mapping[str, Any] | None, *, same: bool = False) -> bool:
    return weighed(after, before, INSIDE, same=lambda: same) is not None


@pytest.mark.parametrize("same", [True, False], ids=["the same bytes", "other bytes"])
@pytest.mark.parametrize("fault", [BAD, HELD])
@pytest.mark.parametrize("unread", [AGAIN, LEFT])
def test_what_could_not_be_read_beats_no_fault_that_was_found(
    fault: Proposal, unread: str, *, same: bool
) -> None:
    found, other = verdict(A=fault, B=GOOD), verdict(A=Unread(unread), B=GOOD)

    assert not takes(other, found, same=same)
    assert not takes(verdict(A=Unread(unread), B=Unread(unread)), found, same=same)


def test_not_even_where_more_of_the_other_one_is_good() -> None:
    assert not takes(verdict(A=Unread(), B=GOOD), verdict(A=BAD, B=BAD))
    assert takes(verdict(A=GOOD, B=GOOD), verdict(A=BAD, B=BAD))


def test_a_good_copy_stays_before_one_that_could_not_be_read() -> None:
    assert not takes(verdict(A=Unread(), B=Unread()), verdict(A=GOOD, B=BAD))
    assert not takes(verdict(A=Unread(), B=GOOD), verdict(A=GOOD, B=GOOD))


def test_a_good_copy_takes_the_place_of_one_that_could_not_be_read() -> None:
    assert takes(verdict(A=GOOD, B=GOOD), verdict(A=Unread(), B=Unread()))
    assert takes(verdict(A=GOOD, B=BAD), verdict(A=Unread(), B=BAD))
    assert takes(verdict(A=GOOD, B=BAD), verdict(A=Unread(), B=Unread(proposal=HELD)))


def test_a_bad_copy_takes_no_place_of_one_that_may_be_good() -> None:
    assert not takes(verdict(A=BAD, B=BAD), verdict(A=Unread(), B=Unread()))
    assert not takes(verdict(A=BAD, B=GOOD), verdict(A=Unread(), B=Unread()))


def test_no_dossier_that_is_good_here_is_lost_for_others() -> None:
    assert not takes(verdict(A=BAD, B=GOOD), verdict(A=GOOD, B=BAD))


def test_of_the_same_bytes_what_was_read_later_counts() -> None:
    unread = verdict(A=Unread(), B=Unread())

    assert takes(verdict(A=BAD, B=HELD), unread, same=True)
    assert takes(verdict(A=BAD, B=Unread()), unread, same=True)
    assert not takes(unread, verdict(A=GOOD, B=Unread()), same=True)


def test_a_hold_that_was_found_beside_something_unread_is_read_again_or_stays() -> None:
    content = could_not_run("content", "a.pdf", "why", unread=AGAIN)
    mark = failed("secret-mark", "A.1", "page 1: Mật")
    held = DossierReport("A", "uuid-A", (Finding(Level.R5, mark), Finding(Level.R5, content)), HELD)
    before = plain_parcel(ParcelReport("p", "0" * 64, (), (held,)))

    again = DossierReport("A", "uuid-A", (Finding(Level.R5, mark),), HELD)

    assert checked_again(verdict(A=Unread(), B=GOOD), before) is None
    assert checked_again(verdict(A=HELD, B=GOOD), before) is None
    assert checked_again(plain_parcel(ParcelReport("p", "0" * 64, (), (again,))), before) is not None


def test_what_was_read_of_nothing_settles_nothing() -> None:
    assert whole(verdict(A=GOOD, B=Proposal.RESERVE))
    assert not whole(verdict(A=GOOD, B=Unread()))
    assert not whole(verdict(A=GOOD, B=BAD))
    assert not whole(None)


def test_what_we_would_not_read_is_not_asked_again() -> None:
    assert asks_again(verdict(A=Unread(AGAIN)))
    assert not asks_again(verdict(A=Unread(LEFT)))


def test_what_earlier_versions_kept_is_weighed_as_it_was_meant() -> None:
    told = {"code": "package-unread", "outcome": "could-not-run", "subject": "uuid-A", "detail": "killed"}
    one = {"identifier": "A", "folder": "uuid-A", "outcome": "could-not-run", "proposal": "look"}
    spelt = {"identifier": "B\\u200e", "folder": "uuid-B", "outcome": "passed", "proposal": "accept"}
    kept = {
        "name": "p",
        "digest": "0" * 64,
        "here": True,
        "outcome": "could-not-run",
        "findings": [],
        "dossiers": [{**one, "findings": [{"level": "R4", **told}]}, {**spelt, "findings": []}],
    }
    inside = frozenset({"A", "B\u200e"})
    again = verdict(**{"A": GOOD, "B\u200e": GOOD})

    assert whole(kept)
    assert unspoilt(kept)
    assert not asks_again(kept)
    assert weighed(again, kept, inside, same=lambda: False)  # its codes can no longer be told
    assert not weighed(kept, again, inside, same=lambda: False)
    assert takes(again, None)


VIRUS = failed("virus", "a.pdf", "Eicar")
MARK = failed("secret-mark", "A.1", "page 1: Mật")
DIGEST = failed("bag-digest-wrong", "a.pdf", "other")
PAGE = failed("file-damaged", "a.pdf", "cut off")
LEVELS = {VIRUS.code: Level.R5, MARK.code: Level.R5, "content": Level.R5, PAGE.code: Level.R5}


def found(*own: Check, around: tuple[Check, ...] = (), proposal: Proposal = GOOD) -> dict[str, Any]:
    """Return a verdict on a parcel of the dossiers A, of which that was found, and B."""

    def levels(checks: tuple[Check, ...]) -> tuple[Finding, ...]:
        return tuple(Finding(LEVELS.get(each.code, Level.R2), each) for each in checks)

    dossiers = (DossierReport("A", "uuid-A", levels(own), proposal), DossierReport("B", "uuid-B", (), GOOD))
    return plain_parcel(ParcelReport("p", "0" * 64, levels(around), dossiers))


@pytest.mark.parametrize("same", [True, False], ids=["the same bytes", "other bytes"])
@pytest.mark.parametrize(
    ("fault", "proposal", "after"),
    [
        (VIRUS, HELD, found(around=(could_not_run("virus"),))),
        (VIRUS, HELD, found(around=(not_asked("virus"),))),
        (VIRUS, HELD, found(could_not_run("virus", "a.pdf"), around=(passed("virus"),))),
        (MARK, HELD, found()),
        (MARK, HELD, found(not_asked("secret-mark"))),
        (MARK, HELD, found(could_not_run("secret-mark", unread=AGAIN))),
        (DIGEST, BAD, found(could_not_run("bag-file-unreadable", "a.pdf", unread=AGAIN))),
        (DIGEST, BAD, found(around=(failed("bag-declaration-lacks", "bagit.txt"),))),
        (PAGE, BAD, found(not_asked("content"))),
    ],
)
def test_a_fault_is_beaten_by_nothing_that_did_not_look_for_it(
    fault: Check, proposal: Proposal, after: dict[str, Any], *, same: bool
) -> None:
    before = found(fault, proposal=proposal)

    counts = weighed(after, before, INSIDE, same=lambda: same)

    assert counts is None or counts["dossiers"][0]["proposal"] == proposal


@pytest.mark.parametrize("same", [True, False], ids=["the same bytes", "other bytes"])
@pytest.mark.parametrize(
    ("fault", "after"),
    [
        (VIRUS, found(around=(passed("virus"),))),
        (VIRUS, found(could_not_run("virus", "large.tif"))),
        (MARK, found(passed("secret-mark"))),
        (DIGEST, found(around=(passed("bag"),))),
        (DIGEST, found(around=(failed("bag-file-lacks", "b.pdf"),))),
        (PAGE, found(passed("content"))),
    ],
)
def test_a_fault_is_beaten_where_it_was_looked_for_and_is_not_there(
    fault: Check, after: dict[str, Any], *, same: bool
) -> None:
    assert takes(after, found(fault, proposal=HELD), same=same)


def test_a_fault_that_is_found_in_the_same_bytes_counts_beside_those_that_nobody_looked_for() -> None:
    before = found(MARK, around=(could_not_run("virus"),), proposal=HELD)
    after = found(not_asked("secret-mark"), VIRUS, proposal=BAD)

    counts = weighed(after, before, INSIDE, same=lambda: True)

    assert counts is not None
    told = counts["dossiers"][0]
    assert {each["code"] for each in told["findings"] if each["outcome"] == "failed"} == {
        "virus",
        "secret-mark",
    }
    assert (told["proposal"], told["outcome"]) == ("hold", "failed")
    assert weighed(after, counts, INSIDE, same=lambda: True) is None


def test_what_was_asked_before_is_not_unasked_by_checking_less() -> None:
    full = found(passed("secret-mark"), around=(passed("virus"),))

    assert not takes(found(around=(not_asked("virus"),)), full, same=True)
    assert not takes(found(passed("secret-mark"), could_not_run("virus", "b.pdf")), full, same=True)
    assert takes(full, found(around=(not_asked("virus"),)), same=True)


def test_what_a_scan_left_out_is_not_unasked_by_scanning_nothing() -> None:
    left = found(could_not_run("virus", "large.tif"), proposal=Proposal.LOOK)

    assert checked_again(found(around=(not_asked("virus"),)), left) is None
    assert checked_again(found(around=(could_not_run("virus"),)), left) is None
    assert checked_again(found(around=(passed("virus"),)), left) is not None
    once_more = found(passed("secret-mark"), could_not_run("virus", "large.tif"), proposal=Proposal.LOOK)
    assert checked_again(once_more, left) is not None
    damaged = found(around=(not_asked("virus"), failed("bag-file-lacks", "data/x.pdf")))
    beside = checked_again(damaged, left)
    assert beside is not None
    assert beside["dossiers"][0]["proposal"] == "look"


def test_the_word_of_a_signature_stands_until_it_is_asked_of_the_same_bytes_again() -> None:
    def signed(*checks: Check) -> dict[str, Any]:
        told = tuple(Finding(Level.R3, each) for each in checks)
        return plain_parcel(ParcelReport("p", "0" * 64, told, ()))

    nobody = signed(passed("signature-bytes"), could_not_run("signature-trust"))
    believed = signed(passed("signature-bytes"), passed("signature-trust"))
    untrusted = signed(passed("signature-bytes"), failed("signature-untrusted"))
    lacks = signed(failed("signature-lacks"))

    assert checked_again(nobody, untrusted) is None
    assert checked_again(believed, untrusted) is not None
    assert checked_again(untrusted, believed) is not None
    assert checked_again(signed(could_not_run("signature-lacks")), lacks) is None
    assert checked_again(signed(not_asked("signature-lacks")), lacks) is not None


def test_what_could_not_be_asked_is_weighed_before_a_reservation() -> None:
    lacks = Finding(Level.R4, failed("ead-field-lacks", "EAD.xml", "title"))
    unread = Finding(Level.R5, could_not_run("content", "a.pdf", "why", unread=AGAIN))
    spoilt = Finding(Level.R2, failed("bag-digest-wrong", "a.pdf", "why"))

    def proposed(*found: Finding, around: tuple[Finding, ...] = ()) -> Proposal:
        return propose(found, around, proven=True, for_us=True)

    assert proposed(lacks) is Proposal.RESERVE
    assert proposed(lacks, unread) is Proposal.LOOK
    assert proposed(lacks, around=(unread,)) is Proposal.LOOK
    assert proposed(lacks, unread, spoilt) is Proposal.RETURN


@pytest.mark.parametrize("whichever", [0, 1])
def test_of_a_dossier_that_came_twice_the_one_that_was_looked_at_counts(whichever: int) -> None:
    both = [DossierReport("A", "x", (), each) for each in (Proposal.LOOK, Proposal.RESERVE)]
    parcels = [ParcelReport("p", "", (), (each,)) for each in (both[whichever], both[1 - whichever])]

    assert DeliveryReport("t", (), tuple(parcels)).dossiers["A"].proposal is Proposal.RESERVE


PDF = "representations/rep1/data/A.1.pdf"
OTHER = PDF.replace("A.1", "A.2")
RECORD_READ = not_asked("documents-unsigned")


def levelled(
    *own: tuple[Level, Check], parcel: tuple[Check, ...] = (), digest: str = "0", proposal: Proposal = GOOD
) -> dict[str, Any]:
    """Return a verdict on a parcel of the dossier A, of which that was found, and B; `parcel`: its origin."""
    inside = tuple(Finding(level, check) for level, check in own)
    around = tuple(Finding(Level.R3, check) for check in parcel)
    dossiers = (DossierReport("A", "uuid-A", inside, proposal), DossierReport("B", "uuid-B", (), GOOD))
    return plain_parcel(ParcelReport("p", digest * 64, around, dossiers))


@pytest.mark.parametrize(
    "fault", ["signature-bytes-changed", "signature-other-office", "signature-untrusted"]
)
def test_a_signature_inside_a_document_gives_way_to_no_copy_in_which_nobody_verified_it(fault: str) -> None:
    before = levelled((Level.R3, failed(fault, PDF)), proposal=BAD)
    verified = [(Level.R3, passed("signature-bytes", PDF)), (Level.R3, passed("signature-trust", PDF))]

    assert not takes(levelled(digest="1"), before)  # quick
    assert not takes(levelled((Level.R3, not_asked("document-signatures")), digest="1"), before)
    assert not takes(levelled((Level.R3, could_not_run("document-signatures", PDF)), digest="1"), before)
    assert takes(levelled(*verified, digest="1"), before)
    assert takes(levelled((Level.R3, RECORD_READ), digest="1"), before)
    assert takes(levelled((Level.R3, passed("signature-bytes", OTHER)), digest="1"), before)


def test_the_signature_of_a_parcel_is_another_one_only_where_its_tag_manifest_is() -> None:
    before = levelled(parcel=(failed("signature-untrusted", "signatures/"),), proposal=HELD)
    nobody = (not_asked("signature", "signatures/"),)

    assert not takes(levelled(parcel=nobody), before)
    assert takes(levelled(parcel=nobody, digest="1"), before)
    assert takes(levelled(parcel=(passed("signature-trust", "signatures/"),)), before)


@pytest.mark.parametrize(
    ("fault", "again"),
    [
        ((Level.R4, failed("package-file-lacks", "x")), could_not_run("package-unread", "A", unread=AGAIN)),
        ((Level.R6, failed("date-impossible", "x")), could_not_run("package-unread", "A", unread=LEFT)),
        (
            (Level.R3, failed("signature-untrusted", PDF)),
            could_not_run("document-signatures", PDF, unread=AGAIN),
        ),
    ],
)
def test_a_fault_stands_beside_a_new_one_where_its_package_could_not_be_read_again(
    fault: tuple[Level, Check], again: Check
) -> None:
    before = levelled(fault, (Level.R3, passed("signature-trust", OTHER)), proposal=BAD)
    level = Level.R3 if again.code == "document-signatures" else Level.R4
    unread = levelled((level, again), (Level.R3, passed("signature-trust", OTHER)), proposal=Proposal.LOOK)
    virus = {"level": "R5", "code": "virus", "outcome": "failed", "subject": "y", "detail": ""}
    unread["dossiers"][1] |= {"proposal": "hold", "findings": [virus]}

    counts = checked_again(unread, before)

    assert counts is not None
    assert [one["proposal"] for one in counts["dossiers"]] == ["return", "hold"]
    assert fault[1].code in {each["code"] for each in counts["dossiers"][0]["findings"]}


FIELD = f"{PDF}#Signature"
"""How a signature inside a PDF is told once it was read: with its field."""


@pytest.mark.parametrize("fault", ["signature-bytes-changed", "signature-untrusted", "signature-unreadable"])
def test_a_signature_in_a_field_stands_where_its_document_could_not_be_read_again(fault: str) -> None:
    before = levelled((Level.R3, failed(fault, FIELD)), proposal=BAD)
    lost = (Level.R3, could_not_run("document-signatures", PDF, "killed", unread=AGAIN))
    spoilt = (Level.R2, failed("bag-digest-wrong", OTHER))

    counts = checked_again(levelled(lost, spoilt, proposal=BAD), before)

    assert counts is not None
    assert fault in {each["code"] for each in counts["dossiers"][0]["findings"]}
    assert takes(levelled((Level.R3, passed("signature-bytes", FIELD)), digest="1"), before) is (
        fault != "signature-untrusted"
    )


@pytest.mark.parametrize(
    ("level", "unread"),
    [
        (Level.R5, could_not_run("content", "x.pdf", "killed", unread=AGAIN)),
        (Level.R5, could_not_run("secret-mark", "", "killed", unread=AGAIN)),
        (Level.R3, could_not_run("document-signatures", PDF, "killed", unread=AGAIN)),
    ],
)
def test_what_could_not_be_read_stays_so_beside_a_fault_that_is_found_where_nobody_tried(
    level: Level, unread: Check
) -> None:
    before = levelled((level, unread), proposal=Proposal.LOOK)
    after = levelled((level, not_asked(unread.code)))
    virus = {"level": "R5", "code": "virus", "outcome": "failed", "subject": "y", "detail": ""}
    after["dossiers"][1] |= {"proposal": "hold", "findings": [virus]}

    counts = checked_again(after, before)

    assert counts is not None
    assert [one["proposal"] for one in counts["dossiers"]] == ["look", "hold"]
    assert asks_again(counts)


def test_one_signature_in_a_document_answers_for_no_other_one_in_it() -> None:
    first, second = f"{PDF}#First", f"{PDF}#Second"
    believed = (Level.R3, passed("signature-revocation", first))
    revoked = levelled(believed, (Level.R3, failed("signature-revoked", second)), proposal=BAD)
    run_out = (Level.R3, could_not_run("signature-revocation", second, "its list has run out"))

    assert checked_again(levelled(believed, run_out, proposal=Proposal.LOOK), revoked) is None
    assert not takes(levelled(believed, run_out, digest="1", proposal=Proposal.LOOK), revoked)
    assert takes(levelled(believed, digest="1"), revoked)  # it bears one alone
