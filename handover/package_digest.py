"""The one number that names a dossier's package: what is announced for it, whatever parcel carries it.

A parcel whose list was written anew may still hold dossiers that are whole: each is held against its own
number, so a bad parcel holds up no good dossier.
"""

import hashlib
from collections.abc import Iterable

from handover.bag import manifest


def package_digest(files: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 over the list of (path from its own folder on, SHA-256) as a bag would list it."""
    return hashlib.sha256(manifest(files)).hexdigest()
