"""The check sheet: each fault names its dossier, and thousands that went well are one line."""

from handover.check_rows import every_check, rows_of
from handover.outcome import failed, passed
from handover.report import DossierReport, Finding, Level, ParcelReport, Proposal, plain_parcel

READ = Finding(Level.R4, passed("package-read", "uuid-1", "4 METS"))
LACKS = Finding(
    Level.R4, failed("ead-field-lacks", "metadata/descriptive/EAD.xml", "title (Tiêu đề hồ sơ) is required")
)


def told(count: int) -> list[dict[str, str]]:
    """Return the rows of a parcel with so many dossiers; the last one lacks something."""
    dossiers = [
        DossierReport(
            f"HS.{number}", "uuid-1", (READ, *((LACKS,) if number == count else ())), Proposal.ACCEPT
        )
        for number in range(1, count + 1)
    ]
    safe = Finding(Level.R1, passed("safe", "P0001"))
    report = ParcelReport("P0001", "0" * 64, (safe,), tuple(dossiers))
    return [dict(each) for each in rows_of(every_check(plain_parcel(report)))]


def test_a_fault_names_its_dossier() -> None:
    first = told(3)[0]

    assert (first["code"], first["subject"]) == ("ead-field-lacks", "HS.3: EAD.xml")


def test_what_went_well_a_thousand_times_is_one_row() -> None:
    rows = told(1200)

    assert [(each["code"], each["subject"]) for each in rows[1:]] == [
        ("safe", "P0001"),
        ("package-read", "1.200 lần kiểm tra"),
    ]


def test_one_that_went_well_keeps_what_was_seen() -> None:
    assert [(each["subject"], each["detail"]) for each in told(1)[1:]] == [("P0001", ""), ("HS.1", "4 METS")]


def test_nothing_checked_is_no_row() -> None:
    assert rows_of(every_check(None)) == []


def test_a_code_that_turns_a_line_around_is_shown_harmlessly() -> None:
    dossier = DossierReport("HS.\u202e1", "uuid-1", (LACKS,), Proposal.RESERVE)

    kept = plain_parcel(ParcelReport("P0001", "0" * 64, (), (dossier,)))

    assert [each["subject"] for each in every_check(kept)] == ["HS.\\u202e1: EAD.xml"]
    assert kept["dossiers"][0]["identifier"] == dossier.identifier  # by which it is found again
