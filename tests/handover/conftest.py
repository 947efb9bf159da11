"""What tests of handovers share: the register on both of its back ends, and offices that sign."""

from tests.catalog.conftest import (
    migrated_file,
    migrated_url,
    office,
    register,
    register_url,
    server_register,
)
from tests.handover.signing_stock import offices, server, service

__all__ = [
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
