"""The S3 store on a real SeaweedFS: the contract, and what only a server can get wrong."""

import io
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pytest
import urllib3
from minio.error import S3Error

from luutru.object_key import ObjectKey
from storage.folder import NotOurFolder
from storage.object_store import ObjectPurged, StorageUnavailable
from storage.s3 import S3Store
from storage.s3_faults import StorageRefused, server_faults
from tests.contracts.object_store import (
    ABSENT,
    LIMIT_BYTES,
    MINUTES,
    Damage,
    ObjectStoreContract,
    blank,
    breaks_after,
    read,
)
from tests.services.seaweedfs import S3Server


class MakeBucket(Protocol):
    def __call__(self, *, versioned: bool = True) -> str: ...


@pytest.fixture
def make_bucket(s3_server: S3Server) -> Iterator[MakeBucket]:
    made: list[str] = []

    def make(*, versioned: bool = True) -> str:
        made.append(s3_server.new_bucket(versioned=versioned))
        return made[-1]

    yield make
    for name in made:
        s3_server.drop_bucket(name)


def open_store(server: S3Server, bucket: str, scratch: Path, **more: Any) -> S3Store:
    settings: dict[str, Any] = {
        "endpoint": server.endpoint,
        "bucket": bucket,
        "access_key": server.access_key,
        "secret_key": server.secret_key,
        "scratch": scratch,
        "is_referenced": lambda key: False,
        "secure": False,
        "limit_bytes": LIMIT_BYTES,
    }
    return S3Store(**(settings | more))


def versions(server: S3Server, bucket: str, prefix: str = "objects/") -> list[str]:
    found = server.client().list_objects(bucket, prefix=prefix, recursive=True, include_version=True)
    return [str(entry.object_name) for entry in found]


class S3Contract(ObjectStoreContract):
    @pytest.fixture
    def store(self, s3_server: S3Server, bucket: str, tmp_path: Path, references: set[ObjectKey]) -> S3Store:
        return open_store(s3_server, bucket, tmp_path, is_referenced=references.__contains__)

    @pytest.fixture
    def damage(self, s3_server: S3Server, bucket: str) -> Damage:
        def replace(key: ObjectKey, data: bytes) -> None:
            s3_server.client().put_object(bucket, f"objects/{key}", io.BytesIO(data), len(data))

        return replace


class TestVersionedBucket(S3Contract):
    @pytest.fixture
    def bucket(self, make_bucket: MakeBucket) -> str:
        return make_bucket(versioned=True)


class TestPlainBucket(S3Contract):
    @pytest.fixture
    def bucket(self, make_bucket: MakeBucket) -> str:
        return make_bucket(versioned=False)


@pytest.fixture
def bucket(make_bucket: MakeBucket) -> str:
    return make_bucket()


def test_a_purge_ends_every_version(s3_server: S3Server, bucket: str, tmp_path: Path) -> None:
    store = open_store(s3_server, bucket, tmp_path)
    key = store.put(io.BytesIO(b"to be destroyed")).key
    client = s3_server.client()
    client.put_object(bucket, f"objects/{key}", io.BytesIO(b"overwritten"), 11)
    client.remove_object(bucket, f"objects/{key}")
    client.put_object(bucket, f"objects/{key}", io.BytesIO(b"to be destroyed"), 15)
    assert len(versions(s3_server, bucket)) >= 3

    store.purge(key, MINUTES)

    assert versions(s3_server, bucket) == []
    assert len(versions(s3_server, bucket, "tombstones/")) == 1


def test_a_purge_ends_unfinished_uploads_too(s3_server: S3Server, bucket: str, tmp_path: Path) -> None:
    store = open_store(s3_server, bucket, tmp_path)
    stored = store.put(blank(100))
    client = s3_server.client()
    upload = client._create_multipart_upload(bucket, f"objects/{stored.key}", {})
    client._upload_part(bucket, f"objects/{stored.key}", bytes(5 << 20), {}, upload, 1)

    store.purge(stored.key, MINUTES)

    assert client._list_multipart_uploads(bucket, prefix="objects/").uploads == []


def test_uploads_of_the_dead_are_cleared_at_start_and_those_of_the_living_are_not(
    s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    open_store(s3_server, bucket, tmp_path)
    client = s3_server.client()
    upload = client._create_multipart_upload(bucket, f"objects/{ABSENT}", {})
    client._upload_part(bucket, f"objects/{ABSENT}", bytes(5 << 20), {}, upload, 1)

    open_store(s3_server, bucket, tmp_path)
    while_young = client._list_multipart_uploads(bucket, prefix="objects/").uploads
    time.sleep(1.1)  # the server counts in whole seconds
    open_store(s3_server, bucket, tmp_path, stale_seconds=1)
    once_stale = client._list_multipart_uploads(bucket, prefix="objects/").uploads

    assert len(while_young) == 1
    assert once_stale == []


PUTS = """
import json, random, sys
from pathlib import Path
import io
from storage.s3 import S3Store
store = S3Store(is_referenced=lambda key: False, scratch=Path(sys.argv[2]), **json.loads(sys.argv[1]))
chance = random.Random(int(sys.argv[3]))
while True:
    stored = store.put(io.BytesIO(chance.randbytes(chance.choice([1_000, 30_000_000]))))
    print(stored.key, flush=True)
"""


def test_a_killed_process_leaves_nothing_torn_and_loses_nothing_acknowledged(
    s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    given = {
        "endpoint": s3_server.endpoint, "bucket": bucket, "secure": False,
        "access_key": s3_server.access_key, "secret_key": s3_server.secret_key,
    }  # fmt: skip
    acknowledged: set[str] = set()

    for seed in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", PUTS, json.dumps(given), tmp_path, str(seed)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        acknowledged.add(process.stdout.readline().strip())  # it is at work now
        time.sleep(0.083 * seed)
        process.send_signal(signal.SIGKILL)
        lines = process.stdout.read().splitlines()
        process.stdout.close()
        process.wait()
        acknowledged.update(line for line in lines if len(line) == 64)
    store = open_store(s3_server, bucket, tmp_path)

    kept = list(store.keys())
    assert all(store.verify(key) for key in kept)
    assert acknowledged <= set(kept)
    assert list(tmp_path.iterdir()) == []


def test_a_purge_between_the_look_and_the_upload_wins(
    s3_server: S3Server, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, store = (open_store(s3_server, bucket, tmp_path) for _ in range(2))
    key = other.put(io.BytesIO(b"contested")).key
    upload = store._upload

    def upload_too_late(name: str, data: BinaryIO, size: int) -> None:
        other.purge(key, MINUTES)
        upload(name, data, size)

    monkeypatch.setattr(store, "_size", lambda key: None)  # it looked before the other had put
    monkeypatch.setattr(store, "_upload", upload_too_late)
    with pytest.raises(ObjectPurged):
        store.put(io.BytesIO(b"contested"))

    assert versions(s3_server, bucket) == []


def test_what_a_server_says_about_our_credentials_is_not_repeated() -> None:
    answer = urllib3.HTTPResponse(status=403)
    said = S3Error(answer, "InvalidAccessKeyId", "no key AKIASECRET", "/AKIASECRET", "1", "2")

    with pytest.raises(StorageRefused, match="InvalidAccessKeyId") as caught, server_faults("asking"):
        raise said

    assert "AKIASECRET" not in "".join(traceback.format_exception(caught.value, limit=0))


def test_an_object_is_created_once_even_past_the_look_for_it(
    s3_server: S3Server, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(s3_server, bucket, tmp_path)
    for data in (b"a page", bytes(20 << 20)):
        key = store.put(io.BytesIO(data)).key

        store._upload(f"objects/{key}", io.BytesIO(data), len(data))

        assert versions(s3_server, bucket, f"objects/{key}") == [f"objects/{key}"]


@pytest.mark.parametrize("wrong", ["access_key", "secret_key"])
def test_wrong_credentials_are_said_to_be_wrong_and_never_shown(
    s3_server: S3Server, bucket: str, tmp_path: Path, wrong: str
) -> None:
    given = {"access_key": s3_server.access_key, "secret_key": s3_server.secret_key}
    given[wrong] = given[wrong][::-1] + "x"
    said = r"InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied"

    with pytest.raises(StorageRefused, match=said) as caught:
        open_store(s3_server, bucket, tmp_path, **given)

    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for secret in given.values():
        assert secret not in everything


def test_a_bucket_that_is_not_there_is_made_only_on_request(s3_server: S3Server, tmp_path: Path) -> None:
    with pytest.raises(StorageRefused, match="NoSuchBucket"):
        open_store(s3_server, "not-there", tmp_path)

    store = open_store(s3_server, "not-there", tmp_path, make_bucket=True)

    assert list(store.keys()) == []
    assert list(open_store(s3_server, "not-there", tmp_path, make_bucket=True).keys()) == []


def test_a_bucket_with_something_else_in_it_is_refused(
    s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    s3_server.client().put_object(bucket, "thesis.docx", io.BytesIO(b"not ours"), 8)

    with pytest.raises(NotOurFolder):
        open_store(s3_server, bucket, tmp_path)


def test_a_server_that_does_not_answer_is_unavailable(s3_server: S3Server, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, not listening: every connection is refused
        nowhere = f"127.0.0.1:{nobody.getsockname()[1]}"

        with pytest.raises(StorageUnavailable) as caught:
            open_store(s3_server, "any", tmp_path, endpoint=nowhere, tries=1)

    assert s3_server.secret_key not in str(caught.value)
    assert not isinstance(caught.value, StorageRefused)


@contextmanager
def cut_off_after(server: S3Server, limits: list[int]) -> Iterator[str]:
    """Stand between store and server; the n-th connection breaks after `limits[n]` bytes of answer."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        left = iter(limits)

        def carry(client: socket.socket, allowed: int) -> None:
            with client, socket.create_connection(("127.0.0.1", server.port)) as upstream:
                threading.Thread(target=forward, args=(client, upstream), daemon=True).start()
                while allowed > 0 and (data := upstream.recv(min(65536, allowed))):
                    client.sendall(data)
                    allowed -= len(data)
                client.shutdown(socket.SHUT_RDWR)

        def forward(client: socket.socket, upstream: socket.socket) -> None:
            try:
                while data := client.recv(65536):
                    upstream.sendall(data)
            except OSError:
                return  # the other side hung up: that is what this is for

        def answer() -> None:
            while True:
                try:
                    client, _ = door.accept()
                except OSError:
                    return  # the test is over
                threading.Thread(
                    target=carry_quietly, args=(client, next(left, 1 << 40)), daemon=True
                ).start()

        def carry_quietly(client: socket.socket, allowed: int) -> None:
            try:
                carry(client, allowed)
            except OSError:
                return  # the other side hung up: that is what this is for

        threading.Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)


def test_a_download_that_breaks_off_is_taken_up_where_it_was(
    s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    scan = bytes(range(256)) * 20_000
    key = open_store(s3_server, bucket, tmp_path).put(io.BytesIO(scan)).key

    with cut_off_after(s3_server, [2_000_000, 1_500_000]) as door:
        store = open_store(s3_server, bucket, tmp_path, endpoint=door)
        found = read(store, key, start=7)

    assert found == scan[7:]


def test_a_download_that_breaks_off_for_ever_is_unavailable(
    s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    key = open_store(s3_server, bucket, tmp_path).put(blank(5 << 20)).key

    with cut_off_after(s3_server, [100_000] * 50) as door:
        store = open_store(s3_server, bucket, tmp_path, endpoint=door, tries=2)
        with pytest.raises(StorageUnavailable):
            read(store, key)


def test_a_spool_is_gone_whatever_happens(s3_server: S3Server, bucket: str, tmp_path: Path) -> None:
    store = open_store(s3_server, bucket, tmp_path)

    store.put(io.BytesIO(b"a page"))
    with pytest.raises(ConnectionError):
        store.put(breaks_after(b"half a scan"))

    assert list(tmp_path.iterdir()) == []
