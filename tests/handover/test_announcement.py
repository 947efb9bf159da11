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
        lambda told: told["items"][0].update(title="a\nb"),
        lambda told: told["items"][1].update(identifier=told["items"][0]["identifier"]),
        lambda told: told["parcels"][0].update(digest="ab"),
        lambda told: told["parcels"][1].update(name=told["parcels"][0]["name"].lower()),
        lambda told: told["giver"].update(name="x" * 2001),
        lambda told: told.update(items="many"),
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
