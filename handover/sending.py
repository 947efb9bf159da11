"""The giver's end of the line: asks what lacks, sends that alone, goes on where it was after every cut.

Nothing is kept here of how far it is: the receiver says so each time. A cut is waited out for as long as the
one who sends has patience; a refusal ends it at once.
"""

import hashlib
import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO
from urllib.parse import quote

from catalog import transfer as transfers
from catalog import transfer_paper, transfer_parcel, transfer_sealing
from catalog.access import Scope
from catalog.identifiers import TransferId
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_state import State
from handover import announcement, bag, bundle, parcels
from handover.announcing import announcement as announced
from handover.line import Line, LineBroken, PeerFails, PeerRefused
from handover.parcel import HoldingChanged, Parcel
from handover.profile import CSIP, profile
from luutru.errors import Conflict
from storage.object_store import ObjectStore

BLOCK = 4 << 20  #: bytes of one block; a line of 2 Mbit/s carries one in 16 s
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  #: seconds between tries after a cut; the last one again and again
AT_WORK = 6 * 3600.0  #: seconds that the receiver may be at one parcel: it opens and scans every file
FAILS = 3  #: times that the receiver may break over one question
ROUNDS = 5  #: times that a parcel which came spoilt is sent again


class ProfileNotForLine(Conflict):
    """Its packages say too little for another Lưu Trữ: they go by disk, to the system that they are for."""

    slug = "profile-not-for-line"


@dataclass(frozen=True)
class Sent:
    """What sending came to."""

    transfer: Transfer
    parcels: tuple[str, ...]  #: names of those that the receiver has whole now
    bytes: int  #: that went over the line just now
    cuts: int  #: times that the line broke
    withheld: tuple[str, ...] = ()  #: names of those that go nowhere any more, for a dossier in them


Sign = Callable[[bytes], Mapping[str, bytes]]
"""Signs a tag manifest; returns what is laid beside it, by path within the parcel."""

Tell = Callable[[str, int, int], None]
"""Hears of a parcel's name, how many of its bytes have gone, and how many go in all."""


def send(
    register: Register,
    store: ObjectStore,
    scope: Scope,
    transfer: TransferId,
    line: Line,
    *,
    patience: float = 600.0,
    sign: Sign | None = None,
    tell: Tell | None = None,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Sent:
    """Send every parcel that the receiver lacks; return when it has them all, but for those withheld.

    `patience`: seconds that the line may be broken without anything coming through. `sign`: None where this
    office has no key; the receiver is told that the parcels bear no signature.

    Raises:
        LineBroken: it stayed broken for longer; sent again, it goes on from there.
        PeerRefused: the receiver said no, or broke over the same question thrice (`peer-fails`).
        ProfileNotForLine, SealingIncomplete, HoldingChanged, NotAllowed, TransferNotFound: as they say.
    """
    with register.read() as conn:
        found = transfers.find(conn, scope, transfer)
        transfers.require_giver(scope, found)
        minutes = transfer_paper.papers(conn, scope, transfer, kind="minutes")
        told = announced(conn, scope, transfer, minutes=minutes[0].sha256 if minutes else None)
        rows = transfer_parcel.parcels(conn, scope, transfer)
    sealed_by = parcels.sealed(found).profile
    if not profile(sealed_by).record:
        said = f"{found.number} is sealed by {sealed_by}, without scans and readings: write it to a disk"
        raise ProfileNotForLine(f"{said}, or unseal it and seal it by {CSIP.name}")
    sending = _Sending(line, patience, tell, wait, clock)
    theirs = sending.ask("POST", "/handovers", announcement.to_json(told))["transfer"]
    done, withheld = [], []
    for row in rows:
        try:
            with register.read() as conn:
                made = parcels.again(conn, scope, found, row, len(rows), store)
        except parcels.ParcelWithheld:
            withheld.append(row.name)
            continue
        if sign is not None:
            made = replace(made, tags={**made.tags, **sign(made.tags[bag.TAG_MANIFEST])})
        sending.parcel(f"/handovers/{quote(theirs)}/parcels/{quote(row.name)}", made)
        done.append(row.name)
        with register.write() as conn:
            transfer_parcel.mark(conn, scope, transfer, row.number, "sent")
    with register.write() as conn:
        if transfers.find(conn, scope, transfer).state is State.SEALED:
            transfer_sealing.deliver(conn, scope, transfer)
        found = transfers.find(conn, scope, transfer)
    return Sent(found, tuple(done), sending.carried, sending.cuts, tuple(withheld))


@dataclass
class _Sending:
    line: Line
    patience: float
    tell: Tell | None
    wait: Callable[[float], None]
    clock: Callable[[], float]
    carried: int = 0  #: bytes
    cuts: int = 0

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Ask until there is an answer, or patience ends; while the receiver is at the parcel, ask again."""
        since: float | None = None  # when the line broke
        waited = busy = 0.0
        tries = fails = 0
        while True:
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            try:
                return self.line.ask(method, path, body, headers)
            except LineBroken as broken:
                self.cuts += 1
                since = self.clock() if since is None else since
                fails = fails + 1 if isinstance(broken, PeerFails) else 0
                if fails == FAILS:
                    raise PeerRefused("peer-fails", f"{broken}, {FAILS} times; its log tells why") from broken
                # Waiting for an answer that does not come is time without anything coming through, too.
                if max(waited, self.clock() - since) + pause > self.patience:
                    raise
                waited += pause
            except PeerRefused as refusal:
                if refusal.their_slug != "parcel-at-work" or busy + pause > AT_WORK:
                    raise
                busy, waited, since, fails = busy + pause, 0.0, None, 0  # it answers: the line holds
            self.wait(pause)
            tries += 1

    def parcel(self, address: str, made: Parcel) -> None:
        """Send one parcel until the receiver has it whole."""
        sources = _sources(made)
        listed = [
            {"path": path, "size": source.size, "sha256": source.sha256} for path, source in sources.items()
        ]
        body = json.dumps({"files": listed}).encode()
        for _round in range(ROUNDS):
            answer = self.ask("PUT", f"{address}/list", body, {"Content-Type": "application/json"})
            lacks = {str(one["path"]): int(one["offset"]) for one in answer["lacks"]}
            for path in lacks:
                if path not in sources:
                    raise PeerRefused("not-listed", f"asked for {path[:80]!r}, which is not in {made.name}")
            begun = [(path, sources[path].size) for path, offset in lacks.items() if not offset]
            for together in bundle.groups(begun):
                self._bundle(address, made.name, {path: sources[path] for path in together})
                for path in together:
                    del lacks[path]
            for path, offset in lacks.items():
                self._file(address, made.name, path, sources[path], offset)
            try:
                self.ask("POST", f"{address}/finish")
            except PeerRefused as refusal:
                if refusal.their_slug != "files-lack":
                    raise
                continue
            return
        raise PeerRefused("files-lack", f"{made.name} came spoilt {ROUNDS} times")

    def _bundle(self, address: str, parcel: str, files: Mapping[str, "_Source"]) -> None:
        """Send small files in one question; those that somebody else begins meanwhile are left to the next.

        Raises:
            HoldingChanged: one is not what was sealed.
        """
        held = {path: _whole(path, source) for path, source in files.items()}
        body = bundle.made(held)
        headers = {
            "Upload-SHA256": hashlib.sha256(body).hexdigest(),
            "Content-Type": "application/octet-stream",
        }
        for _again in range(ROUNDS):
            try:
                self.ask("POST", f"{address}/files", body, headers)
            except PeerRefused as refusal:
                if refusal.their_slug == "offset-wrong":
                    return
                if refusal.their_slug != "block-wrong":
                    raise
                continue
            self.carried += sum(map(len, held.values()))
            if self.tell:
                self.tell(parcel, len(body), len(body))
            return
        raise PeerRefused("block-wrong", f"{len(files)} small files came spoilt {ROUNDS} times")

    def _file(self, address: str, parcel: str, path: str, source: "_Source", offset: int) -> None:
        """Send one file from `offset` on; where the receiver stands elsewhere by now, from there."""
        size = source.size
        stream = source.open()
        try:
            _skip(stream, offset)
            while offset < size:
                block = _exactly(stream, min(BLOCK, size - offset))
                if not block:
                    raise HoldingChanged(f"{path}: sealed as {size} bytes, it ends at {offset}")
                stands = self._block(address, path, offset, block)
                if stands != offset + len(block):  # an answer was lost, or somebody else sends too
                    stream.close()
                    stream = source.open()
                    _skip(stream, stands)
                else:
                    self.carried += len(block)
                offset = stands
                if self.tell:
                    self.tell(parcel, offset, size)
        finally:
            stream.close()

    def _block(self, address: str, path: str, offset: int, block: bytes) -> int:
        headers = {
            "Upload-Offset": str(offset),
            "Upload-SHA256": hashlib.sha256(block).hexdigest(),
            "Content-Type": "application/octet-stream",
        }
        for _again in range(ROUNDS):
            try:
                answer = self.ask("PATCH", f"{address}/files/{quote(path)}", block, headers)
                return int(answer["offset"])
            except PeerRefused as refusal:
                if refusal.their_slug == "offset-wrong":
                    return self._stands(address, path)
                if refusal.their_slug != "block-wrong":
                    raise
        raise PeerRefused("block-wrong", f"a block of {path} came spoilt {ROUNDS} times")

    def _stands(self, address: str, path: str) -> int:
        return int(self.ask("GET", f"{address}/files/{quote(path)}")["offset"])


@dataclass(frozen=True)
class _Source:
    """One file of a parcel."""

    size: int
    sha256: str
    open: Callable[[], BinaryIO]


def _sources(made: Parcel) -> dict[str, _Source]:
    """Return every file of a parcel by its path, tag files too."""
    found = {
        name: _Source(len(data), hashlib.sha256(data).hexdigest(), _bytes_of(data))
        for name, data in made.tags.items()
    }
    return found | {
        f"data/{entry.path}": _Source(entry.size, entry.sha256, entry.open) for entry in made.payload
    }


def _whole(path: str, source: _Source) -> bytes:
    with source.open() as stream:
        held = _exactly(stream, source.size + 1)
    if hashlib.sha256(held).hexdigest() != source.sha256:
        raise HoldingChanged(f"{path}: sealed as {source.size} bytes, {source.sha256[:16]}…; found another")
    return held


def _bytes_of(data: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(data)


def _skip(stream: BinaryIO, count: int) -> None:
    while count > 0:
        piece = stream.read(min(count, 1 << 20))
        if not piece:
            return
        count -= len(piece)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    pieces = []
    while count > 0:
        piece = stream.read(count)
        if not piece:
            break
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
