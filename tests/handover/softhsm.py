"""A token tried by hand: `python -m tests.handover.softhsm LIBRARY UTIL`, with python-pkcs11 on the path.

LIBRARY is libsofthsm2.so and UTIL softhsm2-util of Debian's softhsm2. Neither is among what CI installs; what
needs no token is in `test_signature.py`. Prints what was signed and how each wrong word is refused; exit 1
where something is otherwise.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from handover.outcome import Outcome
from handover.signing import check_pdf, check_signature, sign_manifest, sign_pdf
from handover.signing_key import from_pkcs11
from handover.trust import Trust
from luutru.errors import LuuTruError
from tests.handover.signing_stock import AN_LAC, authority, pair
from tests.paper.forms import form, printed

TOKEN, LABEL, PIN = "luutru", "ky so", "1234"


def fill(library: Path, util: Path, folder: Path) -> None:
    """Make a token with an office's key and certificate in it."""
    import pkcs11
    from pkcs11 import Attribute
    from pkcs11.util.rsa import decode_rsa_private_key
    from pkcs11.util.x509 import decode_x509_certificate

    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    words = [
        "--module",
        str(library),
        "--init-token",
        "--free",
        "--label",
        TOKEN,
        "--pin",
        PIN,
        "--so-pin",
        "9999",
    ]
    subprocess.run([str(util), *words], check=True)
    made = pair(AN_LAC.name, AN_LAC.code)
    form_of, none = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    key: Any = decode_rsa_private_key(made.key.private_bytes(serialization.Encoding.DER, form_of, none))
    certificate: Any = decode_x509_certificate(made.certificate.public_bytes(serialization.Encoding.DER))
    common = {Attribute.TOKEN: True, Attribute.LABEL: LABEL, Attribute.ID: b"\1"}
    with pkcs11.lib(str(library)).get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        session.create_object({**key, **common, Attribute.SENSITIVE: True, Attribute.PRIVATE: True})
        session.create_object({**certificate, **common})


def main(library: Path, util: Path) -> int:
    """Sign with a token, and with wrong words; return the exit code."""
    root = authority().root.asn1
    trust, faults = Trust((root,), (root,)), 0
    with tempfile.TemporaryDirectory() as folder:
        fill(library, util, Path(folder))
        with from_pkcs11(library, token=TOKEN, certificate=LABEL, pin=PIN) as key:
            made = sign_pdf(printed(form("catalogue", 1)), key, office=AN_LAC.name)
            found = check_signature(b"m", sign_manifest(b"m", key), trust, expected_office=AN_LAC)
            found += check_pdf(made.data, trust, expected_offices=[AN_LAC])
        for each in found:
            faults += each.outcome is Outcome.FAILED
            sys.stdout.write(f"{each.outcome.value:<14} {each.code}\n")
        for wrong in ({"pin": "0000"}, {"token": "none"}, {"certificate": "none"}):
            words = {"token": TOKEN, "certificate": LABEL, "pin": PIN} | wrong
            try:
                with from_pkcs11(library, **words):
                    faults += 1
            except LuuTruError as error:
                sys.stdout.write(f"{error.slug}: {error}\n")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
