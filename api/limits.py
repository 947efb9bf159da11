"""How much one visitor may ask for."""

from dataclasses import dataclass

MOST_FIELDS = 400
"""Fields in one form; a form has two of each field where the browser runs no scripts."""


@dataclass(frozen=True)
class Limits:
    """Bounds of the doors; what files may cost is in `ingest.limits`."""

    upload_bytes: int = 4 * 1024**3  #: largest single file
    form_bytes: int = 64 * 1024
    uploads_at_once: int = 16  #: bodies being written at the same time, per process; more wait
    live_streams: int = 64  #: progress pages open at once, per process
    live_seconds: float = 600.0  #: then the browser connects again
    live_pause_seconds: float = 1.0
    results: int = 100  #: hits per answer
    depth: int = 10_000  #: results that can be leafed through
    query_characters: int = 500
    picture_bytes: int = 2 * 1024**3  #: cache of page pictures
