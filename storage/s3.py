"""The strongroom on any S3 server, through minio-py.

    luutru-folder.json                  whose bucket this is, and the version of its layout
    objects/abcd…                       64 hex digits
    tombstones/abcd…                    what remains of purged bytes

The key is known only after the last byte, so `put` spools to a scratch folder (an unnamed file that vanishes
with the process) and then uploads under the key, create-once. The server must know: put with If-None-Match,
ranges, head, list with versions, delete of a version, multipart.
"""

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import S3Error
from urllib3.util import Retry, Timeout

from luutru.object_key import ObjectKey
from storage.folder import FORMAT, MARKER, NotOurFolder, disk_faults, open_regular
from storage.hashing import digest, pour
from storage.object_store import (
    KEY,
    LIMIT_BYTES,
    BadRange,
    IsReferenced,
    ObjectChanged,
    ObjectNotFound,
    ObjectPurged,
    ObjectReferenced,
    StorageUnavailable,
    StoredObject,
    checked_key,
    checked_range,
)
from storage.ranges import Stretch
from storage.s3_faults import MISSING, TAKEN, server_faults
from storage.tombstone import Act, Tombstone

PART_BYTES = 8 << 20
"""Size of an upload's parts: three in flight are 24 MiB, and 10,000 (the protocol's limit) are 80 GiB."""

STALE_SECONDS = 24 * 3600.0
"""An upload begun longer ago is of a process that died in it; its unseen parts go at the next start."""

_OBJECTS, _TOMBSTONES = "objects/", "tombstones/"
_KIND = "object-store"
_LONGEST_NOTE = 1 << 16  # bytes of a tombstone or marker; ours have a few hundred


class S3Store:
    """An `ObjectStore` in one bucket; an empty one becomes ours, `make_bucket` makes it where it is absent.

    Passing faults (no connection, 500, 502, 503, 504) are retried `tries` times with growing pauses.

    Raises:
        NotOurFolder: the bucket holds something else.
        StorageRefused: wrong credentials, or no such bucket.
        StorageUnavailable: the server cannot be reached.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        bucket: str,
        access_key: str,
        secret_key: str,
        scratch: Path,
        is_referenced: IsReferenced,
        secure: bool = True,
        region: str = "us-east-1",
        limit_bytes: int = LIMIT_BYTES,
        make_bucket: bool = False,
        tries: int = 4,
        timeout_seconds: float = 60,
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        self._where = f"{endpoint}/{bucket}"
        self._bucket = bucket
        self._scratch = scratch
        self._is_referenced = is_referenced
        self._limit_bytes = limit_bytes
        self._tries = tries
        self._client = Minio(
            endpoint,
            access_key,
            secret_key,
            secure=secure,
            region=region,
            http_client=_CreateOnce(
                timeout=Timeout(connect=min(10, timeout_seconds), read=timeout_seconds),
                maxsize=16,
                retries=Retry(total=tries, backoff_factor=0.1, status_forcelist=(500, 502, 503, 504)),
            ),
        )
        self._own_bucket(make=make_bucket)
        self._clear_uploads(timedelta(seconds=stale_seconds))

    def __repr__(self) -> str:
        return f"S3Store({self._where!r})"

    def put(self, data: BinaryIO) -> StoredObject:
        """Keep `data`; see `ObjectStore.put`."""
        with disk_faults("opening the scratch folder"):
            spool = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115 - closed by the next line
        with spool:
            found = pour(data, lambda chunk: _write(spool, chunk), limit_bytes=self._limit_bytes)
            key = ObjectKey(found.sha256)
            if self.tombstone(key):
                raise ObjectPurged(f"a lawful act ended {key}; these bytes are not taken again")
            there = self._size(key)
            if there is None:
                spool.seek(0)
                self._upload(_OBJECTS + key, cast(BinaryIO, spool), found.size)
                if self.tombstone(key):  # purged while we wrote
                    self._remove(key)
                    raise ObjectPurged(f"a lawful act ended {key} just now; these bytes are not taken again")
                there = self._size(key)
        if there is None:
            raise StorageUnavailable(f"{key} was taken by the server and is not there")
        if there != found.size:
            raise ObjectChanged(f"{key}: expected {found.size} bytes, found {there} already there")
        return StoredObject(key, found.size)

    def put_file(self, path: Path) -> StoredObject:
        """Keep the file at `path`; see `ObjectStore.put_file`."""
        with open_regular(path) as file:
            return self.put(file)

    def get(self, key: ObjectKey, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a stream of the bytes; see `ObjectStore.get`. A broken connection is taken up again."""
        checked_range(start, length)
        size = self.size(key)
        if start > size:
            raise BadRange(f"{key} has {size} bytes; nothing begins at {start}")
        left = size - start if length is None else min(length, size - start)
        body = _Body(
            lambda offset: self._open(key, offset, start + left - offset), start=start, tries=self._tries
        )
        return io.BufferedReader(Stretch(body.read, left, release=body.close), buffer_size=1 << 16)

    def size(self, key: ObjectKey) -> int:
        """Return the number of bytes."""
        size = self._size(checked_key(key))
        if size is None:
            raise ObjectNotFound(f"{key} is not in the store")
        return size

    def keys(self) -> Iterator[ObjectKey]:
        """Yield every key in rising order."""
        return self._names(_OBJECTS)

    def verify(self, key: ObjectKey) -> StoredObject:
        """Read the bytes again; see `ObjectStore.verify`."""
        with self.get(key) as stream:
            found = digest(stream)
        if found.sha256 != key:
            raise ObjectChanged(f"{key}: found {found.size} bytes whose SHA-256 is {found.sha256}")
        return StoredObject(key, found.size)

    def purge(self, key: ObjectKey, act: Act) -> Tombstone:
        """End the keeping of these bytes; see `ObjectStore.purge`."""
        stone = self.tombstone(key)
        if stone is None:
            if self._is_referenced(key):
                raise ObjectReferenced(f"a record still stands on {key}")
            self.size(key)
            stone = Tombstone(key, datetime.now(UTC), act)
            data = stone.to_bytes()
            self._upload(_TOMBSTONES + key, io.BytesIO(data), len(data))
            stone = self.tombstone(key) or stone  # another purge may have been first; its act stands
        self._remove(key)
        return stone

    def erase(self, key: ObjectKey) -> None:
        """Remove these bytes without a trace; see `ObjectStore.erase`."""
        if self._is_referenced(checked_key(key)):
            raise ObjectReferenced(f"a record still stands on {key}")
        self._remove(key)

    def tombstone(self, key: ObjectKey) -> Tombstone | None:
        """Return the tombstone of these bytes; None: no act ended them."""
        data = self._note(_TOMBSTONES + checked_key(key))
        return None if data is None else Tombstone.from_bytes(data)

    def tombstones(self) -> Iterator[Tombstone]:
        """Yield every tombstone, in rising order of keys."""
        for key in self._names(_TOMBSTONES):
            if stone := self.tombstone(key):
                yield stone

    def local_path(self, key: ObjectKey) -> None:
        """Return None: the bytes lie elsewhere."""
        self.size(key)

    def _own_bucket(self, *, make: bool) -> None:
        with server_faults(f"opening {self._where}"):
            if make and not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket)
            found = self._note(MARKER)
            if found is None:
                if any(True for _ in self._client.list_objects(self._bucket)):
                    found = self._note(MARKER)  # another process may have marked it meanwhile
                    if found is None:
                        raise NotOurFolder(f"the bucket is neither empty nor marked as ours: {self._where}")
                else:
                    found = json.dumps({"kind": _KIND, "format": FORMAT}).encode() + b"\n"
                    self._upload(MARKER, io.BytesIO(found), len(found))
        if json.loads(found) != {"kind": _KIND, "format": FORMAT}:
            raise NotOurFolder(f"{self._where}: expected {_KIND} of format {FORMAT}, found another marker")

    def _size(self, key: ObjectKey) -> int | None:
        with server_faults("asking for an object"):
            try:
                return self._client.stat_object(self._bucket, _OBJECTS + key).size
            except S3Error as error:
                if error.code in MISSING:
                    return None
                raise

    def _note(self, name: str) -> bytes | None:
        with server_faults("reading a note"):
            try:
                response = self._client.get_object(self._bucket, name)
            except S3Error as error:
                if error.code in MISSING:
                    return None
                raise
            try:
                return bytes(response.read(_LONGEST_NOTE))
            finally:
                response.close()
                response.release_conn()

    def _open(self, key: ObjectKey, offset: int, length: int) -> urllib3.BaseHTTPResponse:
        with server_faults("reading an object"):
            try:
                return self._client.get_object(self._bucket, _OBJECTS + key, offset=offset, length=length)
            except S3Error as error:
                if error.code in MISSING:
                    raise ObjectNotFound(f"{key} is no longer in the store") from None
                raise

    def _upload(self, name: str, data: BinaryIO, size: int) -> None:
        with server_faults("putting an object"), disk_faults("reading the scratch folder"):
            try:
                self._client.put_object(self._bucket, name, data, size, part_size=PART_BYTES)
            except S3Error as error:
                if error.code not in TAKEN:
                    raise

    def _remove(self, key: ObjectKey) -> None:
        """Remove all versions, delete markers and unfinished uploads of an object."""
        name = _OBJECTS + key
        self._clear_uploads(timedelta(), prefix=name)
        with server_faults("purging an object"):
            for version in self._client.list_objects(
                self._bucket, prefix=name, recursive=True, include_version=True
            ):
                if version.object_name == name:
                    self._client.remove_object(self._bucket, name, version_id=version.version_id)
        if self._size(key) is not None:
            raise StorageUnavailable(f"{key} is still there after its versions were removed; ask again")

    def _clear_uploads(self, age: timedelta, *, prefix: str = _OBJECTS) -> None:
        """Give up the unfinished uploads under `prefix` that are at least so old: parts are content."""
        before = datetime.now(UTC) - age
        with server_faults("clearing unfinished uploads"):
            # minio-py has public verbs for neither
            for upload in self._client._list_multipart_uploads(self._bucket, prefix=prefix).uploads:
                began = upload.initiated_time
                if upload.upload_id and (not age or (began is not None and began <= before)):
                    self._client._abort_multipart_upload(self._bucket, upload.object_name, upload.upload_id)

    def _names(self, part: str) -> Iterator[ObjectKey]:
        with server_faults("listing the store"):
            for entry in self._client.list_objects(self._bucket, prefix=part, recursive=True):
                name = (entry.object_name or "").removeprefix(part)
                if KEY.fullmatch(name):
                    yield ObjectKey(name)


class _CreateOnce(urllib3.PoolManager):
    """Asks the server to refuse a second object under a name, which minio-py cannot say by itself."""

    def urlopen(  # type: ignore[override]  # urllib3's own PoolManager overrides its base the same way
        self, method: str, url: str, redirect: bool = True, **kw: Any
    ) -> urllib3.BaseHTTPResponse:
        parts = urlsplit(url)
        whole_object = method == "PUT" and not parts.query and parts.path.count("/") > 1
        last_part = method == "POST" and parts.query.startswith("uploadId=")
        if whole_object or last_part:
            kw["headers"]["If-None-Match"] = "*"
        return super().urlopen(method, url, redirect, **kw)


class _Body:
    """An answer's body that goes on where it was when the connection breaks off."""

    def __init__(self, ask: Callable[[int], urllib3.BaseHTTPResponse], *, start: int, tries: int) -> None:
        self._ask = ask
        self._offset = start
        self._left = tries
        self._response: urllib3.BaseHTTPResponse | None = None

    def read(self, size: int) -> bytes:
        """Return 1 to `size` bytes; the caller never asks past the end."""
        while True:
            try:
                self._response = self._response or self._ask(self._offset)
                if data := self._response.read(size):
                    self._offset += len(data)
                    return data
            except (urllib3.exceptions.HTTPError, OSError):
                pass  # counted below, as an early end is
            self.close()
            self._left -= 1
            if self._left < 0:
                raise StorageUnavailable("reading an object: the connection broke off again and again")

    def close(self) -> None:
        """Let go of the connection; one with unread bytes is closed, not used again."""
        if self._response is not None:
            self._response.close()
            self._response.release_conn()
            self._response = None


def _write(spool: Any, chunk: bytes) -> None:
    with disk_faults("writing to the scratch folder"):
        spool.write(chunk)
