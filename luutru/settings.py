"""What can be set from outside: every variable, its default, and what it is for.

`docs/settings.md` lists them for people; a test holds the two together.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from luutru.errors import InvalidInput


class SettingInvalid(InvalidInput):
    """A variable holds something that the service cannot use."""

    slug = "setting-invalid"


@dataclass(frozen=True)
class Settings:
    """How this installation is set up; nothing here changes while it runs."""

    home: Path  #: folder of the embedded data: register, objects, quay, index
    database_url: str  #: SQLAlchemy address of the register
    store: str = "folder"  #: where objects are kept: "folder" or "s3"
    s3_endpoint: str = ""  #: host:port
    s3_bucket: str = ""
    s3_access_key: str = field(default="", repr=False)
    s3_secret_key: str = field(default="", repr=False)
    s3_secure: bool = True  #: TLS
    s3_region: str = ""
    quay: Path = Path()  #: landing folder, shared by all machines that read
    index: Path = Path()  #: folder of the index, on the machine that serves
    index_engine: str = "tantivy"  #: "tantivy" or "whoosh"
    tesseract: str = "auto"  #: "pytesseract", "tesserocr", or "auto": tesserocr where installed
    trueocr: bool = True  #: read with trueocr too
    sealed_names: bool = True  #: lay names over the ink under black seals
    tessdata: Path | None = None  #: Tesseract's language data, where it is not in its usual place
    hands: int = 1  #: pages worked on at once; one single-threaded process each
    user: str = ""  #: whom the command line acts as when --as is not given
    upload_bytes: int = 4 * 1024**3  #: largest file taken
    allowed_hosts: tuple[str, ...] = ("*",)  #: names under which the desk may be asked for
    fonts: Path | None = None  #: typeface that forms are printed in, where it is not Liberation Serif
    sign_key: Path | None = None  #: PKCS#12 file of the office's key
    sign_password: str = field(default="", repr=False)  #: of that file, or PIN of the token
    sign_password_file: Path | None = None  #: file that holds it, instead
    sign_module: Path | None = None  #: PKCS#11 library, where the key is in a token
    sign_token: str = ""  #: label of the token
    sign_certificate: str = ""  #: label of key and certificate in it
    sign_office: str = ""  #: agency as a signature shows it; "": as its certificate says
    stamp_url: str = ""  #: time stamp server (RFC 3161)
    stamp_seconds: int = 10  #: it has to answer
    trust: Path | None = None  #: folder or file of those whose signatures are believed
    trust_stamps: Path | None = None  #: the same for time stamps, where they are others

    @property
    def scratch(self) -> Path:
        """What may be wiped at any start."""
        return self.home / "scratch"

    @property
    def objects(self) -> Path:
        """The folder store."""
        return self.home / "objects"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that the LUUTRU_* variables give.

    Raises:
        SettingInvalid: a variable cannot be used; the message names it and what it may hold.
    """
    known = {name for name in environment if name.startswith("LUUTRU_")}
    unknown = known - set(VARIABLES)
    if unknown:
        raise SettingInvalid(f"unknown settings: {', '.join(sorted(unknown))}; see docs/settings.md")
    home = Path(environment.get("LUUTRU_HOME") or "var").absolute()
    return Settings(
        home=home,
        database_url=environment.get("LUUTRU_DATABASE_URL") or f"sqlite:///{home / 'register.db'}",
        store=_one_of(environment, "LUUTRU_STORE", "folder", "s3"),
        s3_endpoint=environment.get("LUUTRU_S3_ENDPOINT", ""),
        s3_bucket=environment.get("LUUTRU_S3_BUCKET", ""),
        s3_access_key=environment.get("LUUTRU_S3_ACCESS_KEY", ""),
        s3_secret_key=environment.get("LUUTRU_S3_SECRET_KEY", ""),
        s3_secure=_yes_or_no(environment, "LUUTRU_S3_SECURE", True),
        s3_region=environment.get("LUUTRU_S3_REGION", ""),
        quay=Path(environment.get("LUUTRU_QUAY") or home / "quay").absolute(),
        index=Path(environment.get("LUUTRU_INDEX") or home / "index").absolute(),
        index_engine=_one_of(environment, "LUUTRU_INDEX_ENGINE", "tantivy", "whoosh"),
        tesseract=_one_of(environment, "LUUTRU_TESSERACT", "auto", "pytesseract", "tesserocr"),
        trueocr=_yes_or_no(environment, "LUUTRU_TRUEOCR", True),
        sealed_names=_yes_or_no(environment, "LUUTRU_SEALED_NAMES", True),
        tessdata=_path(environment, "LUUTRU_TESSDATA"),
        hands=_number(environment, "LUUTRU_HANDS", len(os.sched_getaffinity(0)), at_least=1, at_most=256),
        user=environment.get("LUUTRU_USER", ""),
        upload_bytes=_number(environment, "LUUTRU_UPLOAD_BYTES", 4 * 1024**3, at_least=1, at_most=1 << 40),
        allowed_hosts=tuple(
            host.strip() for host in environment.get("LUUTRU_ALLOWED_HOSTS", "*").split(",") if host.strip()
        ),
        fonts=_path(environment, "LUUTRU_FONTS"),
        sign_key=_path(environment, "LUUTRU_SIGN_KEY"),
        sign_password=environment.get("LUUTRU_SIGN_PASSWORD", ""),
        sign_password_file=_path(environment, "LUUTRU_SIGN_PASSWORD_FILE"),
        sign_module=_path(environment, "LUUTRU_SIGN_MODULE"),
        sign_token=environment.get("LUUTRU_SIGN_TOKEN", ""),
        sign_certificate=environment.get("LUUTRU_SIGN_CERTIFICATE", ""),
        sign_office=environment.get("LUUTRU_SIGN_OFFICE", "").strip(),
        stamp_url=environment.get("LUUTRU_STAMP_URL", "").strip(),
        stamp_seconds=_number(environment, "LUUTRU_STAMP_SECONDS", 10, at_least=1, at_most=300),
        trust=_path(environment, "LUUTRU_TRUST"),
        trust_stamps=_path(environment, "LUUTRU_TRUST_STAMPS"),
    )


VARIABLES: dict[str, str] = {
    "LUUTRU_HOME": "folder of the embedded data (register, objects, quay, index); default ./var",
    "LUUTRU_DATABASE_URL": "the register: an SQLAlchemy address; default SQLite in LUUTRU_HOME",
    "LUUTRU_STORE": "where objects are kept: folder (default, in LUUTRU_HOME) or s3",
    "LUUTRU_S3_ENDPOINT": "host:port of the S3 store",
    "LUUTRU_S3_BUCKET": "bucket for the objects",
    "LUUTRU_S3_ACCESS_KEY": "access key",
    "LUUTRU_S3_SECRET_KEY": "secret key; never shown or logged",
    "LUUTRU_S3_SECURE": "TLS to the store: yes (default) or no",
    "LUUTRU_S3_REGION": "region, where the store wants one",
    "LUUTRU_QUAY": "landing folder, shared by all machines that read; default in LUUTRU_HOME",
    "LUUTRU_INDEX": "folder of the index, on the machine that serves; default in LUUTRU_HOME",
    "LUUTRU_INDEX_ENGINE": "tantivy (default) or whoosh",
    "LUUTRU_TESSERACT": "auto (default: tesserocr where installed), pytesseract or tesserocr",
    "LUUTRU_TRUEOCR": "read with trueocr too: yes (default) or no",
    "LUUTRU_SEALED_NAMES": "lay names over the ink under black seals: yes (default) or no",
    "LUUTRU_TESSDATA": "folder of Tesseract's language data, where it is not in its usual place",
    "LUUTRU_HANDS": "pages worked on at once; default one for each core",
    "LUUTRU_USER": "whom the command line acts as without --as; default the first administrator",
    "LUUTRU_UPLOAD_BYTES": "largest file taken, in bytes; default 4 GiB",
    "LUUTRU_LOG": "what is logged to standard error: WARNING (default), INFO or DEBUG; never a record's text",
    "LUUTRU_ALLOWED_HOSTS": "names under which the desk may be asked for, with commas; default any",
    "LUUTRU_FONTS": "folder of the typeface of printed forms, as Times New Roman; default Liberation Serif",
    "LUUTRU_SIGN_KEY": "the office's signing key: a PKCS#12 file",
    "LUUTRU_SIGN_PASSWORD": "password of the PKCS#12 file, or PIN of the token; never shown or logged",
    "LUUTRU_SIGN_PASSWORD_FILE": "file that holds that password, instead",
    "LUUTRU_SIGN_MODULE": "PKCS#11 library, where the key is in a token (needs python-pkcs11)",
    "LUUTRU_SIGN_TOKEN": "label of the token",
    "LUUTRU_SIGN_CERTIFICATE": "label of key and certificate in the token",
    "LUUTRU_SIGN_OFFICE": "agency as a signature shows it; default as its certificate says",
    "LUUTRU_STAMP_URL": "time stamp server (RFC 3161), http:// or https://; without it nothing is stamped",
    "LUUTRU_STAMP_SECONDS": "time the stamp server has to answer; default 10",
    "LUUTRU_TRUST": "folder or file of certificates (PEM, DER) of authorities believed, and lists (*.crl)",
    "LUUTRU_TRUST_STAMPS": "the same for time stamps; default LUUTRU_TRUST",
}
"""Every variable and what it is for."""


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name)
    return Path(value) if value else None


def _one_of(environment: Mapping[str, str], name: str, *allowed: str) -> str:
    value = environment.get(name) or allowed[0]
    if value not in allowed:
        raise SettingInvalid(f"{name} is {value!r}, expected one of {', '.join(allowed)}")
    return value


def _yes_or_no(environment: Mapping[str, str], name: str, default: bool) -> bool:
    value = environment.get(name, "").strip().lower()
    if not value:
        return default
    if value in ("yes", "true", "1", "on"):
        return True
    if value in ("no", "false", "0", "off"):
        return False
    raise SettingInvalid(f"{name} is {value!r}, expected yes or no")


def _number(environment: Mapping[str, str], name: str, default: int, *, at_least: int, at_most: int) -> int:
    value = environment.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal() or not at_least <= int(value) <= at_most:
        raise SettingInvalid(f"{name} is {value!r}, expected a number from {at_least} to {at_most}")
    return int(value)
