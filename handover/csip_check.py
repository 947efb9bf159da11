"""Is a package of another system whole: E-ARK CSIP or SIP 2.0.4 to 2.2.0, METS and disk file by file.

Looser than `package_check`, which asks of our own what TT 05/2025 asks: any digest that can be taken is
taken, no field of a description is asked for, and what is loose beside the METS is told and no fault.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from handover.outcome import Check, Outcome, could_not_run, failed, not_asked, passed
from handover.package_check import Mets, Named, agreement, read_all

VERSIONS = ("2.0.4", "2.1.0", "2.2.0")
ALGORITHMS = {
    "MD5": "md5", "SHA-1": "sha1", "SHA-224": "sha224", "SHA-256": "sha256", "SHA-384": "sha384",
    "SHA-512": "sha512",
}  # fmt: skip
_PROFILE = re.compile(r"E-ARK-(?:CSIP|SIP|AIP|DIP)(?:-v(\d)-(\d)-(\d))?\.xml$")
_CHUNK = 1 << 20


def check_csip(folder: Path) -> tuple[str, list[Check]]:
    """Return the version of the package in `folder` ("" where it says none), and everything that was found.

    The subject of a check on a file is its path within the package.
    """
    told, checks = read_all(folder)
    if not told:
        return "", checks
    version = _version(told[0])
    if version in VERSIONS:
        checks.append(passed("csip-version", "METS.xml", version))
    else:
        said = f"profile {told[0].profile[:80]!r}; known: E-ARK CSIP and SIP {', '.join(VERSIONS)}"
        checks.append(could_not_run("csip-version-unknown", "METS.xml", said))
    checks += [_loose(each) for each in agreement(folder, told, _same)]
    if not any(each.outcome is Outcome.FAILED for each in checks):
        checks.append(passed("package-whole", folder.name, f"{sum(len(each.files) for each in told)} files"))
    return version, checks


def _version(root: Mets) -> str:
    found = _PROFILE.search(root.profile)
    if found is None:
        return ""
    return ".".join(found.groups()) if found[1] else VERSIONS[0]


def _loose(check: Check) -> Check:
    if check.code != "package-file-unnamed":
        return check
    return not_asked(check.code, check.subject, "in no METS: nobody says what it should be")


def _same(file: Path, named: Named) -> Iterator[Check]:
    size = file.stat().st_size
    if named.size is not None and named.size != size:
        yield failed("package-size-wrong", named.path, f"METS says {named.size}, found {size}")
    algorithm = ALGORITHMS.get(named.algorithm)
    if algorithm is None or named.sha256 is None:
        said = f"{named.algorithm or 'no digest'}: whether it changed cannot be told"
        yield could_not_run("package-digest-lacks", named.path, said)
        return
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != named.sha256:
        yield failed("package-digest-wrong", named.path, "the content is not what the METS says")
