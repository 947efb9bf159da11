"""The set of docker-compose.yml, started without docker: the same programs, words and settings."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from PIL import Image, ImageDraw, ImageFont

from samples.fonts import font_file
from tests.house.tree import ROOT
from tests.services.ports import free_ports
from tests.services.postgres import PostgresServer
from tests.services.seaweedfs import STOP_SECONDS, find_weed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

LUUTRU = Path(sys.executable).with_name("luutru")
SENTENCE = "Hồ sơ cấp giấy chứng nhận quyền sử dụng đất"

INNER_PORTS = (
    "master.port", "volume.port", "filer.port",
    "master.port.grpc", "volume.port.grpc", "filer.port.grpc", "s3.port.grpc",
)  # fmt: skip
"""What the object store's parts speak through among themselves; a container has its own."""


def filled_in() -> dict[str, str]:
    """The template of .env as an operator fills it in."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    template = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]", line))
    return template | {
        "POSTGRES_PASSWORD": "unused-here",
        "LUUTRU_S3_ACCESS_KEY": "the-service",
        "LUUTRU_S3_SECRET_KEY": "a long random word",
    }


def composed() -> dict[str, Any]:
    """docker-compose.yml with the template filled in."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    values = filled_in()
    read: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{([A-Z0-9_]+)\}", lambda name: values[name[1]], text))
    return read


@dataclass(frozen=True)
class Place:
    """Where the parts of the set stand on this machine instead of in containers."""

    folder: Path
    database_url: str
    objects_port: int
    desk_port: int

    def settings(self, service: Mapping[str, Any]) -> dict[str, str]:
        """A service's environment, with addresses and folders of this machine."""
        home = "home" if any(mount.startswith("home:") for mount in service["volumes"]) else "worker-home"
        here = {name: self._here(str(value), home) for name, value in service["environment"].items()}
        outside = {name: value for name, value in os.environ.items() if not name.startswith("LUUTRU_")}
        return outside | here | {"OMP_THREAD_LIMIT": "1"}

    def _here(self, value: str, home: str) -> str:
        if value.startswith("postgresql"):
            return self.database_url
        value = value.replace("objects:8333", f"127.0.0.1:{self.objects_port}")
        value = value.replace("/var/lib/luutru-quay", str(self.folder / "quay"))
        return value.replace("/var/lib/luutru", str(self.folder / home))

    def words(self, service: Mapping[str, Any]) -> list[str]:
        """A service's command, with the address of this machine."""
        return [
            {"0.0.0.0": "127.0.0.1", "8000": str(self.desk_port)}.get(word, word)
            for word in service["command"]
        ]


@contextmanager
def running(
    words: list[str | Path], folder: Path, environment: Mapping[str, str], name: str, *, patience: float = 20
) -> Iterator[None]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=dict(environment)
        )
    try:
        yield
        assert process.poll() is None, f"{name} ended: {(folder / f'{name}.log').read_text('utf-8')[-2000:]}"
    finally:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(url: str, seconds: float) -> httpx.Response:
    end = time.monotonic() + seconds
    while True:
        try:
            return httpx.get(url, timeout=5.0)
        except httpx.HTTPError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


@pytest.fixture
def place(tmp_path: Path, postgres_server: PostgresServer) -> Iterator[Place]:
    """The set as compose describes it, up, and empty."""
    weed = find_weed()
    if weed is None:
        pytest.skip("SeaweedFS is not installed here (script/test installs it)")
    services = composed()["services"]
    database = postgres_server.new_database()
    ports = free_ports(2 + len(INNER_PORTS))
    here = Place(tmp_path, database, objects_port=ports[0], desk_port=ports[1])
    for name in ("objects", "home", "worker-home", "quay"):  # as the image and its volumes have them
        (tmp_path / name).mkdir()
    objects = services["objects"]
    given = [
        word.replace("/data", str(tmp_path / "objects")).replace("8333", str(here.objects_port))
        for word in objects["command"]
    ]
    inner = [f"-{name}={port}" for name, port in zip(INNER_PORTS, ports[2:], strict=True)]
    inner += ["-ip=127.0.0.1", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false"]
    inner += [f"-{part}.localSocket={tmp_path / part}.sock" for part in ("filer", "s3")]
    with ExitStack() as up:
        up.callback(postgres_server.drop_database, database)
        surroundings = os.environ | objects["environment"]
        words: list[str | Path] = [weed, *given, *inner]
        up.enter_context(running(words, tmp_path, surroundings, "objects", patience=STOP_SECONDS))
        assert wait_until(f"http://127.0.0.1:{here.objects_port}/status", 60.0).status_code == 200
        started = luutru(here, services["start"], *here.words(services["start"]))
        assert started.returncode == 0, started.stderr
        for name in ("desk", "worker"):
            service = services[name]
            up.enter_context(running([LUUTRU, *here.words(service)], tmp_path, here.settings(service), name))
        yield here


def luutru(place: Place, service: Mapping[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LUUTRU, *words], cwd=place.folder, env=place.settings(service), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip


def scan(folder: Path) -> Path:
    """One page with one sentence, as a scanner would give it."""
    page = Image.new("L", (1654, 2339), 255)
    face = ImageFont.truetype(str(font_file("serif", "regular")), 44)
    ImageDraw.Draw(page).text((250, 400), SENTENCE, font=face, fill=0)
    folder.mkdir()
    page.save(folder / "0001.png", dpi=(200, 200))
    return folder


def test_the_composed_set_takes_a_scan_in_and_finds_it_again(place: Place, tmp_path: Path) -> None:
    desk = composed()["services"]["desk"]
    folder = scan(tmp_path / "scans")

    taken = luutru(place, desk, "digitise", str(folder), "--fonds", "THU", "--json")
    found = luutru(place, desk, "search", "giay chung nhan", "--json")
    checked = luutru(place, desk, "check", "--json")
    page = wait_until(f"http://127.0.0.1:{place.desk_port}/", 60.0)

    assert taken.returncode == 0, taken.stderr
    ledger = json.loads(taken.stdout.splitlines()[-1])
    assert (ledger["received"], ledger["read"], ledger["indexed"], ledger["refused"]) == (1, 1, 1, [])
    assert json.loads(found.stdout)["total"] == 1, found.stdout + found.stderr + taken.stdout
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert page.status_code in (200, 303, 307)
    assert urlsplit(place.settings(desk)["LUUTRU_DATABASE_URL"]).scheme.startswith("postgresql")
    assert not (tmp_path / "home" / "objects").exists(), "the masters lie in the S3 store"


def test_compose_waits_for_what_it_stands_on() -> None:
    services = composed()["services"]

    assert set(services["start"]["depends_on"]) == {"register", "objects"}
    assert all("healthcheck" in services[name] for name in ("register", "objects"))
