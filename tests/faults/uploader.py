"""A program that sends a folder through /api/v1, piece by piece; started again, it goes on where it was.

`python -m tests.faults.uploader URL TOKEN FOLDER FONDS NOTE`; in the file NOTE it keeps the batch's id.
"""

import json
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PIECE = 8 * 1024
PAUSE = 0.2
"""Seconds between two pieces: slow enough that a kill finds a file half sent."""

PATIENCE = 180.0
"""Seconds for which the desk may be away."""


class Refusal(Exception):
    """The desk said no."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status


class Sender:
    """Sends one folder."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._token = token

    def ask(self, verb: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """Return the desk's answer; while it is away, ask again."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._ask(verb, path, body, headers)
            except (OSError, HTTPException):
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)

    def _ask(self, verb: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        line = HTTPConnection(self._host, self._port, timeout=60)
        try:
            sent = body if isinstance(body, bytes) else json.dumps(body) if body is not None else None
            kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
            line.request(
                verb,
                f"/api/v1{path}",
                body=sent,
                headers={"Authorization": f"Bearer {self._token}", "Content-Type": kind, **headers},
            )
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        if answer.status >= 400:
            raise Refusal(answer.status, text)
        found: dict[str, Any] = json.loads(text) if text else {}
        return found

    def send(self, batch: str, path: str, data: bytes, *, deep: bool) -> None:
        """Send one file; what is there already is not sent again."""
        said = self.ask("POST", f"/batches/{batch}/uploads", {"path": path, "size": len(data), "deep": deep})
        while not said["received"]:
            offset = said["offset"]
            piece = data[offset : offset + PIECE]
            try:
                said = self.ask(
                    "PATCH", f"/uploads/{said['upload']}", piece, **{"Upload-Offset": str(offset)}
                )
            except Refusal as refusal:
                if refusal.status not in (404, 409):
                    raise
                said = self.ask(
                    "POST", f"/batches/{batch}/uploads", {"path": path, "size": len(data), "deep": deep}
                )
            time.sleep(PAUSE)


def main() -> None:
    """Send everything, then close the batch."""
    url, token, folder, fonds, note = sys.argv[1:]
    sender, kept = Sender(url, token), Path(note)
    if kept.exists():
        batch = kept.read_text()
    else:
        batch = sender.ask("POST", "/batches", {"fonds": fonds, "name": Path(folder).name})["batch"]
        draft = kept.with_suffix(".draft")
        draft.write_text(batch)
        draft.replace(kept)
    done = kept.with_suffix(".done")
    sent = set(done.read_text().splitlines()) if done.exists() else set()
    for path in sorted(each for each in Path(folder).rglob("*") if each.is_file()):
        name = str(path.relative_to(folder))
        if name in sent:
            continue
        sender.send(batch, name, path.read_bytes(), deep=True)
        with done.open("a") as log:
            log.write(name + "\n")
    sender.ask("POST", f"/batches/{batch}/close")


if __name__ == "__main__":
    main()
