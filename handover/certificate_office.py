"""Whose a certificate is: held against the code and the name of an office."""

import re
import unicodedata
from typing import Any

from asn1crypto import x509

from handover.sealed import Office


def names_office(certificate: x509.Certificate, office: Office) -> bool:
    """Return whether a certificate is of `office`: by its code where both have one, else by its name.

    Codes stand in the subject as UID, serial number or organization identifier, with or without a prefix
    ("MDD:H49.64.33"); names in CN, O or OU. Case, spaces and Unicode form make no difference.
    """
    subject = certificate.subject.native
    codes = {
        _plain(re.sub(r"^[A-Za-z]+:", "", value))
        for name in ("user_id", "serial_number", "organization_identifier")
        for value in _values(subject.get(name))
    }
    if office.code and codes:
        return _plain(office.code) in codes
    names = {
        _plain(value)
        for name in ("common_name", "organization_name", "organizational_unit_name")
        for value in _values(subject.get(name))
    }
    return bool(office.name) and _plain(office.name) in names


def _values(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
