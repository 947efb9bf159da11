"""The register on both of its back ends, as the catalog's tests have it."""

from tests.catalog.conftest import (
    migrated_file,
    migrated_url,
    office,
    register,
    register_url,
    server_register,
)

__all__ = ["migrated_file", "migrated_url", "office", "register", "register_url", "server_register"]
