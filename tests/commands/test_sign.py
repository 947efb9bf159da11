"""`sign` and `audit`: from signed-off dossiers to signatures that anybody verifies, and a log that tells."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from catalog import schema, signed_pdf
from handover import bag
from tests.faults.installation import Installation
from tests.faults.signing_home import OFFICE, able_to_sign, sign_off_all
from tests.faults.stocked import Stocked
from tests.paper.forms import form, printed
from tests.services.authority import StampService


@pytest.fixture(scope="module")
def home(
    stocked: Stocked, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Installation, StampService]]:
    """An archive of one's own that can sign."""
    place = tmp_path_factory.mktemp("signing")
    with able_to_sign(stocked.copy(place / "home"), place / "key") as made:
        yield made


def do(home: tuple[Installation, StampService], *words: str, code: int = 0) -> dict[str, Any]:
    answer = home[0].ask(*words, "--json")
    assert answer.code == code, (answer.out, answer.err)
    return answer.json


def test_documents_are_signed_stamps_come_later_and_all_verifies(
    home: tuple[Installation, StampService], tmp_path: Path
) -> None:
    installation, service = home
    assert do(home, "sign", "documents", "--all")["signed"] == 0
    sign_off_all(installation)

    first = do(home, "sign", "documents", "--dossier", "Hồ sơ 01")
    service.mood = "error"
    second = do(home, "sign", "documents", "--all")
    assert do(home, "sign", "stamps", code=1) == {"stamped": 0, "parcels": 0, "pending": 2}
    service.mood = "fine"
    stamps = do(home, "sign", "stamps")

    assert (first["signed"], first["stamped"], first["pending"]) == (2, 2, 0)
    assert (second["signed"], second["stamped"], second["pending"]) == (2, 0, 2)
    assert stamps == {"stamped": 2, "parcels": 0, "pending": 0}
    assert do(home, "check")["clean"]
    archive = installation.open()
    with archive.register.read() as conn:
        names = conn.execute(select(schema.document.c.id)).scalars().all()
        forms = signed_pdf.in_force(conn, archive.system, names)
    assert {each.stamp for each in forms.values()} == {"stamped"}
    for number, each in enumerate(forms.values()):
        file = tmp_path / f"{number}.pdf"
        with archive.store.get(each.pdf) as stream:
            file.write_bytes(stream.read())
        told = do(home, "sign", "verify", str(file), "--office", OFFICE, "--code", "H49.10")
        assert told["outcome"] == "passed"
        other = do(home, "sign", "verify", str(file), "--office", "Sở khác", code=1)
        assert "signature-other-office" in {each["code"] for each in other["checks"]}
    archive.close()


def test_minutes_are_signed_by_both_sides_and_never_written_over(
    home: tuple[Installation, StampService], tmp_path: Path
) -> None:
    file = tmp_path / "bien-ban.pdf"
    file.write_bytes(printed(form("catalogue", 2)))

    given = do(home, "sign", "minutes", str(file), "--side", "giver")
    taken = do(
        home, "sign", "minutes", given["file"], "--side", "receiver", "--out", str(tmp_path / "hai.pdf")
    )

    assert Path(given["file"]).name == "bien-ban.ben-giao.pdf"
    assert (
        do(home, "sign", "verify", taken["file"], "--office", OFFICE, "--office", OFFICE)["outcome"]
        == "passed"
    )
    assert (
        do(home, "sign", "minutes", str(file), "--side", "giver", code=3)["error"]["code"] == "invalid-input"
    )
    assert (
        do(home, "sign", "minutes", taken["file"], "--side", "giver", code=5)["error"]["code"]
        == "signed-already"
    )
    assert do(home, "sign", "minutes", "--side", "giver", code=3)["error"]["code"] == "invalid-input"
    none = do(home, "sign", "minutes", "--transfer", "BG-2026-9", "--side", "giver", code=4)
    assert none["error"]["code"] == "transfer-not-found"


def make_parcel(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / bag.TAG_MANIFEST).write_bytes(b"0f" * 32 + b"  manifest-sha256.txt\n")
    return folder


def test_parcels_are_signed_once_their_stamps_added_and_openssl_agrees(
    home: tuple[Installation, StampService], tmp_path: Path
) -> None:
    installation, service = home
    one, _two = (make_parcel(tmp_path / "parcels" / name) for name in ("BG-1-P0001", "BG-1-P0002"))
    service.mood = "error"
    first = do(home, "sign", "parcels", str(tmp_path))
    p7s = (one / "signatures" / "tagmanifest-sha256.txt.p7s").read_bytes()
    service.mood = "fine"

    stamps = do(home, "sign", "stamps", str(tmp_path))
    again = do(home, "sign", "parcels", str(tmp_path))

    assert {each["stamp"] for each in first["parcels"]} == {"pending"}
    assert stamps["parcels"] == 2
    assert {each["stamp"] for each in again["parcels"]} == {"stamped"}
    assert (one / "signatures" / "tagmanifest-sha256.txt.p7s").read_bytes() == p7s
    assert do(home, "sign", "verify", str(tmp_path), "--office", OFFICE)["outcome"] == "passed"
    anchors = Path(installation.settings["LUUTRU_TRUST"]) / "ca.pem"
    for line in (
        f"openssl cms -verify -binary -inform DER -in signatures/{bag.TAG_MANIFEST}.p7s "
        f"-content {bag.TAG_MANIFEST} -CAfile {anchors} -purpose any -out /dev/null",
        f"openssl ts -verify -data signatures/{bag.TAG_MANIFEST}.p7s "
        f"-in signatures/{bag.TAG_MANIFEST}.p7s.tsr -CAfile {anchors}",
    ):
        assert subprocess.run(line.split(), cwd=one, capture_output=True, check=False).returncode == 0
    (one / bag.TAG_MANIFEST).write_bytes(b"1f" * 32 + b"  manifest-sha256.txt\n")
    assert do(home, "sign", "parcels", str(one), code=5)["error"]["code"] == "parcel-signed-otherwise"
    wrong = do(home, "sign", "verify", str(tmp_path), code=1)
    assert [each["subject"] for each in wrong["checks"] if each["outcome"] == "failed"] == ["BG-1-P0001"]
    (tmp_path / "parcels" / "BG-1-P0003.tar").write_bytes(b"")
    empty = do(home, "sign", "verify", str(tmp_path / "parcels" / "BG-1-P0003.tar"), code=1)
    assert [(each["code"], each["subject"]) for each in empty["checks"]] == [
        ("signature-unreadable", "BG-1-P0003")
    ]
    assert do(home, "sign", "parcels", str(tmp_path / "none"), code=4)["error"]["code"] == "parcel-not-found"


def test_without_a_key_nothing_is_signed_and_no_answer_tells_the_password(
    home: tuple[Installation, StampService],
) -> None:
    installation = home[0]
    bare = Installation(installation.home)
    wrong = Installation(installation.home, {**installation.settings, "LUUTRU_SIGN_KEY": "/none.p12"})

    assert bare.do("sign", "documents", "--all", "--json").json["error"]["code"] == "no-signing-key"
    assert bare.ask("sign", "stamps", "--json").json["error"]["code"] == "no-stamp-server"
    refused = wrong.ask("sign", "documents", "--all", "--json")
    assert refused.json["error"]["code"] == "signing-key-unusable"
    assert "mật khẩu" not in refused.out + refused.err


def test_the_log_is_held_against_checkpoints_and_tells_what_was_done_to_it(
    home: tuple[Installation, StampService], tmp_path: Path
) -> None:
    installation = home[0]
    first, second = tmp_path / "moc-1.txt", tmp_path / "moc-2.txt"
    taken = do(home, "audit", "checkpoint", "--out", str(first))
    do(home, "unit", "add", "Sở Nội vụ")
    do(home, "audit", "checkpoint", "--out", str(second))

    assert (taken["signed"], taken["stamped"]) == (True, True)
    assert do(home, "sign", "verify", str(first), "--office", OFFICE)["outcome"] == "passed"
    assert do(home, "audit", "verify", "--checkpoint", str(first), "--checkpoint", str(second))["clean"]
    assert do(home, "audit", "prove", str(first), str(second))["holds"]
    assert do(home, "audit", "checkpoint", "--out", str(first), code=3)["error"]["code"] == "invalid-input"
    archive = installation.open()
    with archive.register.write() as conn:
        conn.execute(delete(schema.event).where(schema.event.c.sequence >= taken["size"]))
    archive.close()
    cut = do(home, "audit", "verify", "--checkpoint", str(first), code=1)
    assert [each["code"] for each in cut["faults"]] == ["audit-tail-truncated"]
    assert (
        do(home, "audit", "prove", str(first), str(second), code=5)["error"]["code"]
        == "checkpoint-beyond-log"
    )
    first.write_text("no checkpoint")
    unread = do(home, "audit", "verify", "--checkpoint", str(first), code=3)
    assert unread["error"]["code"] == "checkpoint-unreadable"
