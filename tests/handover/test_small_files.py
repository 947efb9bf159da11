"""Small files of a parcel go together: in few questions, all of one body or nothing, twice as once."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from handover import bundle
from handover.line import HttpLine, PeerRefused
from tests.handover.line_stock import Dial, forget_parcels, here, row_here, sent
from tests.handover.two_houses import Houses

JSON = {"Content-Type": "application/json"}


class Counting:
    """A line that notes what was asked, and keeps the last bundle."""

    def __init__(self, line: Any) -> None:
        self._line, self.asked = line, list[str]()
        self.bundle: tuple[str, bytes, Mapping[str, str]] | None = None

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        self.asked.append(f"{method} {path.rpartition('/')[2]}")
        if path.endswith("/files"):
            self.bundle = path, body, headers or {}
        return dict(self._line.ask(method, path, body, headers))


def test_small_files_go_together_and_twice_is_the_same(houses: Houses, dial: Dial) -> None:
    line = Counting(dial())
    done = sent(houses, line)
    before = here(houses)
    row = row_here(houses)
    asked = list(line.asked)
    assert line.bundle is not None

    with pytest.raises(PeerRefused, match="not-listed"):  # the parcel is whole: nothing is listed any more
        line.ask("POST", *line.bundle)

    large = sum(path.stat().st_size > bundle.LARGEST for path in houses.room.folder.rglob("*"))
    together = -(-done.bytes // (bundle.MOST_BYTES - bundle.LARGEST))  # none of them is emptier
    assert asked[:2] + asked[-1:] == ["POST handovers", "PUT list", "POST finish"]
    assert (row.files > 30, asked.count("POST files") <= together) == (True, True)
    assert len(asked) == 3 + asked.count("POST files") + large
    assert here(houses) == before


def listing(houses: Houses, line: HttpLine, files: dict[str, bytes]) -> str:
    """List those files as all of a parcel that has not come; return its address."""
    forget_parcels(houses)
    address = f"/handovers/{houses.came()}/parcels/{row_here(houses).name}"
    told = [
        {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in {**files, "tagmanifest-sha256.txt": b"tags"}.items()
    ]
    line.ask("PUT", f"{address}/list", json.dumps({"files": told}).encode(), JSON)
    return address


def test_of_a_bundle_all_is_kept_or_nothing(houses: Houses, dial: Dial) -> None:
    line = dial()
    sent(houses, line)
    good = {"data/a": b"a" * 10, "data/b": b"b" * 20}
    address = listing(houses, line, good)

    def take(files: dict[str, bytes], body: bytes = b"", digest: str = "") -> dict[str, Any]:
        body = body or bundle.made(files)
        told = {"Upload-SHA256": digest or hashlib.sha256(body).hexdigest()}
        return line.ask("POST", f"{address}/files", body, told)

    for slug, wrong in {
        "not-as-listed": {**good, "data/b": b"c" * 20},
        "not-listed": {**good, "data/c": b"c"},
        "bad-parcel-path|not-listed": {**good, "../c": b"c"},
    }.items():
        with pytest.raises(PeerRefused, match=slug):
            take(wrong)
    with pytest.raises(PeerRefused, match="bundle-wrong"):
        take({}, bundle.made(good)[:-1])
    with pytest.raises(PeerRefused, match="block-wrong"):
        take(good, digest="0" * 64)
    assert [path for path in here(houses) if ".coming" in path] == []

    assert (take(good), take(good)) == ({"files": 2}, {"files": 2})
    assert [path for path in here(houses) if ".coming" in path] == [
        f"{row_here(houses).name}.coming/{path}" for path in good
    ]


def test_a_file_that_came_half_in_blocks_is_not_overwritten_by_a_bundle(houses: Houses, dial: Dial) -> None:
    line = dial()
    sent(houses, line)
    address = listing(houses, line, {"data/a": b"a" * 10})
    told = {"Upload-Offset": "0", "Upload-SHA256": hashlib.sha256(b"aaa").hexdigest()}
    line.ask("PATCH", f"{address}/files/data/a", b"aaa", told)
    body = bundle.made({"data/a": b"a" * 10})

    with pytest.raises(PeerRefused, match="offset-wrong"):
        line.ask("POST", f"{address}/files", body, {"Upload-SHA256": hashlib.sha256(body).hexdigest()})

    assert line.ask("GET", f"{address}/files/data/a")["offset"] == 3
