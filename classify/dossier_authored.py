"""Dossiers that archivists wrote out, one by one, for the model that comes with the service to learn from.

People and places are invented. Their writers knew the names of the kinds and nothing of the rules; two in
three call nothing by the name that forms and decisions give it (data/authored/README.md).
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from classify.dossier_evidence import Labelled, from_json

FOLDER = Path(__file__).parent / "data" / "authored"


@cache
def authored() -> tuple[Labelled, ...]:
    """Return all of them, in the order of their files."""
    return tuple(
        from_json(json.loads(line))
        for path in sorted(FOLDER.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )


@cache
def authored_digest() -> str:
    """Return the SHA-256 of what was written."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.jsonl")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
