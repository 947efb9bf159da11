"""What this installation signs with and whom it believes, as its settings say."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from handover.signing_key import KeyUnusable, SigningKey, from_pkcs11, from_pkcs12
from handover.time_stamp import StampServer
from handover.trust import Trust, trust_from
from luutru.errors import Conflict
from luutru.settings import from_environment

LONGEST_PASSWORD = 4096
"""Bytes of a file with a password."""


class KeySettings(Protocol):
    """The part of the settings that signing needs."""

    @property
    def sign_key(self) -> Path | None:
        """PKCS#12 file of the office's key."""
        ...

    @property
    def sign_password(self) -> str:
        """Of that file, or PIN of the token."""
        ...

    @property
    def sign_password_file(self) -> Path | None:
        """File that holds it, instead."""
        ...

    @property
    def sign_module(self) -> Path | None:
        """PKCS#11 library, where the key is in a token."""
        ...

    @property
    def sign_token(self) -> str:
        """Label of the token."""
        ...

    @property
    def sign_certificate(self) -> str:
        """Label of key and certificate in it."""
        ...

    @property
    def sign_office(self) -> str:
        """Agency as a signature shows it; "": as its certificate says."""
        ...

    @property
    def stamp_url(self) -> str:
        """Time stamp server; "": none."""
        ...

    @property
    def stamp_seconds(self) -> int:
        """How long it may take to answer."""
        ...

    @property
    def trust(self) -> Path | None:
        """Those whose signatures are believed; None: nobody."""
        ...

    @property
    def trust_stamps(self) -> Path | None:
        """Those whose time stamps are believed, where they are others."""
        ...


class NoSigningKey(Conflict):
    """This installation has no signing key: LUUTRU_SIGN_KEY or LUUTRU_SIGN_TOKEN is not set."""

    slug = "no-signing-key"


class NoStampServer(Conflict):
    """This installation knows no time stamp server: LUUTRU_STAMP_URL is not set."""

    slug = "no-stamp-server"


def has_signing_key(settings: KeySettings) -> bool:
    """Return whether the settings name a key at all."""
    return settings.sign_key is not None or settings.sign_module is not None


@contextmanager
def signing_key(settings: KeySettings | None = None, *, password: str | None = None) -> Iterator[SigningKey]:
    """Lend the key that the settings name; a token's session ends with the block.

    `password`: what somebody typed; None: the one that the settings hold.

    Raises:
        NoSigningKey: none is set.
        KeyUnusable, KeyOutOfTime, TokenAway: as they say.
    """
    settings = settings or from_environment()
    if not has_signing_key(settings):
        raise NoSigningKey("no signing key: set LUUTRU_SIGN_KEY (PKCS#12) or LUUTRU_SIGN_MODULE (PKCS#11)")
    secret = _password(settings) if password is None else password
    if settings.sign_module is not None and not secret:  # a token would count it as a wrong try
        raise KeyUnusable("the token was not asked: no PIN was given")
    with ExitStack() as lent:
        if settings.sign_module is not None:
            yield lent.enter_context(
                from_pkcs11(
                    settings.sign_module,
                    token=settings.sign_token,
                    certificate=settings.sign_certificate,
                    pin=secret,
                )
            )
        else:
            assert settings.sign_key is not None
            yield from_pkcs12(settings.sign_key, secret)


def stamp_server(settings: KeySettings | None = None) -> StampServer | None:
    """Return the time stamp server that the settings name; None: none."""
    settings = settings or from_environment()
    return StampServer(settings.stamp_url, seconds=settings.stamp_seconds) if settings.stamp_url else None


def required_stamp_server(settings: KeySettings | None = None) -> StampServer:
    """Return the time stamp server.

    Raises:
        NoStampServer: none is set.
    """
    found = stamp_server(settings)
    if found is None:
        raise NoStampServer("no time stamp server: set LUUTRU_STAMP_URL")
    return found


def trust(settings: KeySettings | None = None) -> Trust:
    """Return whom the settings believe; nobody, where they name nobody."""
    settings = settings or from_environment()
    return trust_from(settings.trust, settings.trust_stamps)


def signing_office(key: SigningKey, settings: KeySettings | None = None) -> str:
    """Return the agency as paper shows it: that of the settings, else whom the certificate names."""
    settings = settings or from_environment()
    return settings.sign_office or key.office


def _password(settings: KeySettings) -> str:
    if settings.sign_password_file is None:
        return settings.sign_password
    try:
        with settings.sign_password_file.open("rb") as file:
            held = file.read(LONGEST_PASSWORD)
        return held.decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise KeyUnusable("the file that LUUTRU_SIGN_PASSWORD_FILE names cannot be read as text") from None
