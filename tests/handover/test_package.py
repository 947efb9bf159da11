"""A dossier's package is complete, agrees with itself, and is the same each time."""

from dataclasses import replace
from pathlib import Path

import pytest

from handover.ead import faults, rules
from handover.mets import Package
from handover.outcome import Outcome
from handover.package import Entry, package
from handover.package_check import check_package, deviations
from handover.profile import CSIP, TT05, Profile
from tests.handover.holdings import SEALED, dossier


def laid(entries: tuple[Entry, ...], to: Path) -> Path:
    for entry in entries:
        target = to / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(entry.open().read())
    return to / entries[0].path.split("/")[0]


@pytest.mark.parametrize("profile", [CSIP, TT05], ids=lambda each: each.name)
@pytest.mark.parametrize("kind", ["SIP", "AIP"])
def test_a_package_agrees_with_itself(tmp_path: Path, kind: Package, profile: Profile) -> None:
    sealed = replace(SEALED, profile=profile.name)
    made = package(dossier(aip=kind == "AIP"), kind=kind, sealed=sealed)

    root = laid(made, tmp_path)

    assert check_package(root).faults == ()
    assert check_package(root).outcome is Outcome.PASSED
    assert ("mdtype-dc" in deviations(root)) is profile.circular


def test_the_same_sealed_dossier_gives_the_same_bytes() -> None:
    first, second = (package(dossier(), kind="SIP", sealed=SEALED) for _ in range(2))

    assert [(one.path, one.sha256) for one in first] == [(one.path, one.sha256) for one in second]


@pytest.mark.parametrize("what", ["changed", "added", "removed"])
def test_what_was_done_to_a_package_is_told(tmp_path: Path, what: str) -> None:
    root = laid(package(dossier(), kind="SIP", sealed=SEALED), tmp_path)
    pdf = sorted(root.rglob("*.pdf"))[0]
    match what:
        case "changed":
            pdf.write_bytes(pdf.read_bytes()[:-1] + b"?")
        case "added":
            (pdf.parent / "them.pdf").write_bytes(b"x")
        case _:
            pdf.unlink()

    codes = {fault.code for fault in check_package(root).faults}

    assert codes == {
        {
            "changed": "package-digest-wrong",
            "added": "package-file-unnamed",
            "removed": "package-file-lacks",
        }[what]
    }


def test_the_circulars_fields_are_counted() -> None:
    assert len(rules("sip-dossier")) == 18
    assert len(rules("sip-document")) == 21
    assert len(rules("aip-document")) == 19


def test_a_description_tells_each_field_that_the_circular_does_not_take() -> None:
    wrong = {**dossier().fields, "mode": "9", "title": "a" * 1001, "signer": "Nguyễn Văn A", "totalDoc": ""}

    said = {
        (fault.code, fault.detail.split(" ")[0].rstrip(":")) for fault in faults("sip-dossier", wrong, "x")
    }

    assert said == {
        ("ead-field-unknown", "signer"),
        ("ead-field-too-long", "title"),
        ("ead-field-wrong", "mode"),
        ("ead-field-lacks", "totalDoc"),
    }
