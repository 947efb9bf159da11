"""What tests of handovers share: the register on both of its back ends, and offices that sign, lines."""

from tests.catalog.conftest import (
    migrated_file,
    migrated_url,
    office,
    register,
    register_url,
    server_register,
)
from tests.handover.line_stock import address, dial, gave, houses
from tests.handover.signing_stock import offices, server, service

__all__ = [
    "address",
    "dial",
    "gave",
    "houses",
    "migrated_file",
    "migrated_url",
    "office",
    "offices",
    "register",
    "register_url",
    "server",
    "server_register",
    "service",
]
