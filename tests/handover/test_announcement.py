"""handover.json: what is written is read again, and what cannot be is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from handover.announcement import AnnouncementInvalid, from_json, to_json
from tests.handover.deliveries import make


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return to_json(make(tmp_path_factory.mktemp("disk"), ((1,), (2,))))


def test_what_was_written_is_read_again(told: bytes) -> None:
    read = from_json(told)

    assert to_json(read) == told
    assert [item.parcel for item in read.items] == [1, 2]


def _changed(told: bytes, change: Any) -> bytes:
    document = json.loads(told)
    change(document)
    return json.dumps(document).encode()


def _loose(**words: str) -> dict[str, object]:
    plain = {"ordinal": 1, "description": "Bó", "years": "", "amount": "", "centimetres": None, "note": ""}
    return plain | words


def test_what_fills_its_columns_is_read(told: bytes) -> None:
    def filled(told: Any) -> None:
        told.update(decision="x" * 100, receives_as="archive", unarranged=[_loose(note="a\nb")])
        told["items"][0].update(identifier="x" * 100, retention_code="07")

    assert from_json(_changed(told, filled)).items[0].retention_code == "07"


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(format="vn.luutru.handover/2"),
        lambda told: told.pop("receiver"),
        lambda told: told.update(extra=1),
        lambda told: told.update(transfer="../BG"),
        lambda told: told.update(namespace="7"),
        lambda told: told.update(sealed_at="2026-11-26T10:00:00"),
        lambda told: told["items"][0].update(pages=-1),
        lambda told: told["items"][0].update(pages=True),
        lambda told: told["items"][0].update(medium="stone"),
        lambda told: told["items"][0].update(parcel=9),
        lambda told: told["items"][0].update(digest=None),
        lambda told: told["items"][0].update(digest=""),
        lambda told: told["items"][0].update(parcel=None),
        lambda told: told["items"][0].update(digest=None, parcel=None),
        lambda told: told["items"][0].update(title="a\nb"),
        lambda told: told["items"][1].update(identifier=told["items"][0]["identifier"]),
        lambda told: told["parcels"][0].update(digest="ab"),
        lambda told: told["parcels"][0].update(digest=""),
        lambda told: told["parcels"][1].update(name=told["parcels"][0]["name"].lower()),
        lambda told: told["giver"].update(name="x" * 2001),
        lambda told: told.update(items="many"),
        lambda told: told.update(transfer="x" * 33),
        lambda told: told.update(receives_as="nobody"),
        lambda told: told.update(decision="x" * 101),
        lambda told: told.update(article="a\x1b[2J"),
        lambda told: told["giver"].update(code="x" * 36),
        lambda told: told["parcels"][0].update(name="x" * 65),
        lambda told: told["items"][0].update(identifier="x" * 101),
        lambda told: told["items"][0].update(identifier="a\x9bb"),
        lambda told: told["items"][0].update(identifier="a\u200eb"),
        lambda told: told["items"][0].update(identifier="a\udcffb"),
        lambda told: told["items"][0].update(retention_code="zz"),
        lambda told: told["items"][0].update(bytes=1 << 53, files=1 << 40),
        lambda told: told["items"][0].update(unfinished=True),
        lambda told: told["items"].pop(),
        lambda told: told["inventory"]["completed"].update(pages=7),
        lambda told: told["inventory"]["by_medium"]["digital"].update(pages=7),
        lambda told: told["inventory"].update(boxes=1 << 31),
        lambda told: told["inventory"].update(boxes=-1),
        lambda told: told.update(unarranged=[_loose(years="x" * 33)]),
        lambda told: told.update(unarranged=[_loose(), _loose()]),
    ],
)
def test_what_cannot_be_is_refused(told: bytes, change: Any) -> None:
    with pytest.raises(AnnouncementInvalid):
        from_json(_changed(told, change))


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"a": 1, "a": 2}', b"[" * 100_000])
def test_what_is_no_announcement_is_refused(data: bytes) -> None:
    with pytest.raises(AnnouncementInvalid):
        from_json(data)


def test_a_disk_with_it_is_taken_by_verify_py(tmp_path: Path) -> None:
    import shutil
    import subprocess
    import sys

    import handover

    make(tmp_path, ((1,), (2,)))
    shutil.copy(Path(handover.__file__).parent / "data" / "disk" / "verify.py", tmp_path)

    ran = subprocess.run(
        [sys.executable, "-I", tmp_path / "verify.py", "--json"], capture_output=True, check=False
    )

    assert json.loads(ran.stdout)["verdict"] == "dung"
