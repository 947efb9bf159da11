"""The giver's end of the line: asks what lacks, sends that alone, goes on where it was after every cut.

Nothing is kept here of how far it is: the receiver says so each time. A cut is waited out for as long as the
one who sends has patience; a refusal ends it at once.
"""

import hashlib
import http.client
import io
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote, urlsplit

from catalog import transfer as transfers
from catalog import transfer_paper, transfer_parcel, transfer_sealing
from catalog.access import Scope
from catalog.identifiers import TransferId
from catalog.register import Register
from catalog.transfer import Transfer
from catalog.transfer_state import State
from handover import announcement, bag, parcels
from handover.announcing import announcement as announced
from handover.parcel import HoldingChanged, Parcel
from luutru.errors import BackendError, Conflict, InvalidInput
from storage.object_store import ObjectStore

BLOCK = 4 << 20  #: bytes of one block; a line of 2 Mbit/s carries one in 16 s
SECONDS = 120.0  #: for one answer
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  #: seconds between tries after a cut; the last one again and again
AT_WORK = 6 * 3600.0  #: seconds that the receiver may be at one parcel: it opens and scans every file
ROUNDS = 5  #: times that a parcel which came spoilt is sent again
MOST_ANSWER = 64 << 20


class LineBroken(BackendError):
    """The line to the receiver broke, or nobody answers; what came through is kept there."""

    slug = "line-broken"


class PeerRefused(Conflict):
    """The receiver said no; its reason follows."""

    slug = "peer-refused"

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(f"the receiver said no ({slug}): {detail}")
        self.their_slug = slug


class PeerAddress(InvalidInput):
    """An address that a handover is not sent to."""

    slug = "peer-address"


class Line(Protocol):
    """Carries one request to the receiver and its answer back."""

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the answer.

        Raises:
            LineBroken: the line broke; it may be asked again.
            PeerRefused: the receiver said no.
        """
        ...


class HttpLine:
    """The line to another installation's `/api/v1`; plain HTTP within one machine alone.

    Raises:
        PeerAddress: another scheme, or plain HTTP to another machine.
    """

    def __init__(self, address: str, token: str, *, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(address)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if (
            parts.scheme not in ("https", "http")
            or not parts.hostname
            or (parts.scheme == "http" and not local)
        ):
            raise PeerAddress("send to https://…; records do not go over an open line")
        if parts.username or parts.query or parts.fragment:
            raise PeerAddress("an address is a scheme, a host and a path; the token goes apart")
        self._host, self._port = parts.hostname, parts.port
        self._secure = parts.scheme == "https"
        self._base = parts.path.rstrip("/") + "/api/v1"
        self._token = token
        self._context = context
        self._open: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the answer; see `Line`."""
        told = {"Authorization": f"Bearer {self._token}", "Content-Length": str(len(body)), **(headers or {})}
        try:
            connection = self._connection()
            connection.request(method, self._base + path, body=body, headers=told)
            answer = connection.getresponse()
            data = answer.read(MOST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise LineBroken(f"the line to {self._host} broke: {type(error).__name__}") from error
        if answer.status >= 500 and answer.status != 507:
            raise LineBroken(f"{self._host} answers {answer.status}")
        try:
            found = json.loads(data)
            if not isinstance(found, dict) or len(data) > MOST_ANSWER:
                raise ValueError("no object")
        except ValueError as error:
            raise PeerRefused("answer-not-understood", f"{answer.status} from {self._host}") from error
        if answer.status >= 400:
            raise PeerRefused(str(found.get("slug", answer.status)), str(found.get("detail", "")))
        return found

    def close(self) -> None:
        """Hang up; the next question dials again."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _connection(self) -> http.client.HTTPConnection:
        if self._open is None:
            if self._secure:
                context = self._context or ssl.create_default_context()
                self._open = http.client.HTTPSConnection(
                    self._host, self._port, timeout=SECONDS, context=context
                )
            else:
                self._open = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        return self._open


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
) -> Sent:
    """Send every parcel that the receiver lacks; return when it has them all, but for those withheld.

    `patience`: seconds that the line may be broken without anything coming through. `sign`: None where this
    office has no key; the receiver is told that the parcels bear no signature.

    Raises:
        LineBroken: it stayed broken for longer; sent again, it goes on from there.
        PeerRefused: the receiver said no.
        SealingIncomplete, HoldingChanged, NotAllowed, TransferNotFound: as they say.
    """
    with register.read() as conn:
        found = transfers.find(conn, scope, transfer)
        transfers.require_giver(scope, found)
        minutes = transfer_paper.papers(conn, scope, transfer, kind="minutes")
        told = announced(conn, scope, transfer, minutes=minutes[0].sha256 if minutes else None)
        rows = transfer_parcel.parcels(conn, scope, transfer)
    sending = _Sending(line, patience, tell, wait)
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
    carried: int = 0  #: bytes
    cuts: int = 0

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Ask until there is an answer, or patience ends; while the receiver is at the parcel, ask again."""
        waited = busy = 0.0
        tries = 0
        while True:
            try:
                return self.line.ask(method, path, body, headers)
            except LineBroken:
                self.cuts += 1
                pause = PAUSES[min(tries, len(PAUSES) - 1)]
                if waited + pause > self.patience:
                    raise
                self.wait(pause)
                waited, tries = waited + pause, tries + 1
            except PeerRefused as refusal:
                pause = PAUSES[min(tries, len(PAUSES) - 1)]
                if refusal.their_slug != "parcel-at-work" or busy + pause > AT_WORK:
                    raise
                self.wait(pause)  # it answers: the line holds, and patience begins anew
                busy, waited, tries = busy + pause, 0.0, tries + 1

    def parcel(self, address: str, made: Parcel) -> None:
        """Send one parcel until the receiver has it whole."""
        listed = [
            {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in made.tags.items()
        ]
        listed += [
            {"path": f"data/{entry.path}", "size": entry.size, "sha256": entry.sha256}
            for entry in made.payload
        ]
        body = json.dumps({"files": listed}).encode()
        sources = _sources(made)
        for _round in range(ROUNDS):
            answer = self.ask("PUT", f"{address}/list", body, {"Content-Type": "application/json"})
            for lacks in answer["lacks"]:
                self._file(address, made.name, sources, str(lacks["path"]), int(lacks["offset"]))
            try:
                self.ask("POST", f"{address}/finish")
            except PeerRefused as refusal:
                if refusal.their_slug != "files-lack":
                    raise
                continue
            return
        raise PeerRefused("files-lack", f"{made.name} came spoilt {ROUNDS} times")

    def _file(self, address: str, parcel: str, sources: "_Sources", path: str, offset: int) -> None:
        """Send one file from `offset` on; where the receiver stands elsewhere by now, from there."""
        if path not in sources:
            raise PeerRefused("not-listed", f"asked for {path[:80]!r}, which is not in {parcel}")
        size, source = sources[path]
        stream = source()
        try:
            _skip(stream, offset)
            while offset < size:
                block = _exactly(stream, min(BLOCK, size - offset))
                if not block:
                    raise HoldingChanged(f"{path}: sealed as {size} bytes, it ends at {offset}")
                stands = self._block(address, path, offset, block)
                if stands != offset + len(block):  # an answer was lost, or somebody else sends too
                    stream.close()
                    stream = source()
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


_Sources = Mapping[str, tuple[int, Callable[[], BinaryIO]]]
"""Size of each file of a parcel, and what opens it."""


def _sources(made: Parcel) -> _Sources:
    found: dict[str, tuple[int, Callable[[], BinaryIO]]] = {
        name: (len(data), _bytes_of(data)) for name, data in made.tags.items()
    }
    return found | {f"data/{entry.path}": (entry.size, entry.open) for entry in made.payload}


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
