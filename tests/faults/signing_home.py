"""An archive whose dossiers are signed off, and what it signs with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from catalog import schema
from tests.faults.installation import Installation
from tests.services.authority import PASSWORD, Authority, StampService, as_pkcs12, serving

OFFICE = "Sở Y tế"


@contextmanager
def able_to_sign(installation: Installation, place: Path) -> Iterator[tuple[Installation, StampService]]:
    """Give an installation a key, anchors and a stamp server, while the block lasts."""
    authority = Authority()
    place.mkdir(parents=True, exist_ok=True)
    as_pkcs12(authority.office(OFFICE, code="H49.10"), authority, place / "key.p12")
    (place / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    (place / "trust").mkdir()
    (place / "trust" / "ca.pem").write_bytes(authority.root.pem)
    with serving(StampService(authority.stamper())) as service:
        settings = {
            **installation.settings,
            "LUUTRU_SIGN_KEY": str(place / "key.p12"),
            "LUUTRU_SIGN_PASSWORD_FILE": str(place / "password"),
            "LUUTRU_STAMP_URL": service.url,
            "LUUTRU_STAMP_SECONDS": "5",
            "LUUTRU_TRUST": str(place / "trust"),
        }
        yield replace(installation, settings=settings), service


def sign_off_all(installation: Installation) -> None:
    """Put a name under every dossier: the rounds of checking have tests of their own."""
    archive = installation.open()
    try:
        with archive.register.write() as conn:
            conn.execute(schema.dossier.update().values(state="signed-off"))
    finally:
        archive.close()
