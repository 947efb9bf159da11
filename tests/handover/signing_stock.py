"""What tests of signatures begin with: an authority, two offices with their keys, a stamp server."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from handover.sealed import Office
from handover.signing_key import SigningKey, from_pkcs12
from handover.time_stamp import StampServer
from handover.trust import Trust
from tests.services.authority import PASSWORD, Authority, Pair, StampService, as_pkcs12, serving

AN_LAC = Office("Ủy ban nhân dân xã An Lạc", "H49.64.33")
HA_TU = Office("Ủy ban nhân dân phường Hà Tu", "H49.64.34")


@cache
def authority() -> Authority:
    """Return the authority that everybody believes; keys take a second to draw."""
    return Authority()


@cache
def strange_authority() -> Authority:
    """Return one that nobody believes, though it has the same name."""
    return Authority()


@cache
def pair(name: str, code: str) -> Pair:
    """Return an office's key and certificate."""
    return authority().office(name, code=code)


def key_of(made: Pair, by: Authority | None = None) -> SigningKey:
    """Return a key as the service opens it."""
    with TemporaryDirectory() as folder:
        return from_pkcs12(as_pkcs12(made, by or authority(), Path(folder) / "key.p12"), PASSWORD)


@dataclass(frozen=True)
class Offices:
    """Two offices that sign, and whom everybody believes."""

    an_lac: SigningKey
    ha_tu: SigningKey
    trust: Trust


@pytest.fixture(scope="session")
def offices() -> Offices:
    """Return both."""
    root = authority().root.asn1
    an_lac, ha_tu = (key_of(pair(each.name, each.code)) for each in (AN_LAC, HA_TU))
    return Offices(an_lac, ha_tu, Trust((root,), (root,)))


@cache
def _stamper() -> Pair:
    return authority().stamper()


@pytest.fixture
def service() -> Iterator[StampService]:
    """Return a stamp server of this machine that answers."""
    with serving(StampService(_stamper())) as running:
        yield running


@pytest.fixture
def server(service: StampService) -> StampServer:
    """Return it as the service asks it."""
    return StampServer(service.url, seconds=5)
