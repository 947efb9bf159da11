"""The bag around a parcel (BagIt 1.0, RFC 8493): its tag files, from digests that are known before."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
_WIDTH = 78


def manifest(digests: Iterable[tuple[str, str]]) -> bytes:
    """Return a manifest of (path, SHA-256 in hex), sorted by path in bytes so that it is always the same.

    Line feeds and percent signs in names are escaped as RFC 8493, section 2.1.3 says.
    """
    rows = sorted((_escaped(path).encode(), digest.encode()) for path, digest in digests)
    return b"".join(b"%s  %s\n" % (digest, path) for path, digest in rows)


def bag_info(fields: Sequence[tuple[str, str]]) -> bytes:
    """Return bag-info.txt; long values go on in lines that begin with a blank (section 2.2.2)."""
    return "".join(_folded(label, value) for label, value in fields).encode()


def payload_oxum(sizes: Iterable[int]) -> str:
    """Return the payload's Oxum: bytes, a dot, files."""
    known = list(sizes)
    return f"{sum(known)}.{len(known)}"


def tag_files(
    payload: Mapping[str, tuple[str, int]], info: Sequence[tuple[str, str]], extra: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return every tag file of a bag by name, in the order they are written.

    Args:
        payload: path below data/ -> (SHA-256 in hex, bytes).
        info: what bag-info.txt says beside Payload-Oxum.
        extra: other tag files that the tag manifest covers.
    """
    oxum = payload_oxum(size for _digest, size in payload.values())
    tags = {
        "bagit.txt": BAGIT_TXT,
        "bag-info.txt": bag_info([*info, ("Payload-Oxum", oxum)]),
        MANIFEST: manifest((f"data/{path}", digest) for path, (digest, _size) in payload.items()),
        **extra,
    }
    tags[TAG_MANIFEST] = manifest((name, hashlib.sha256(data).hexdigest()) for name, data in tags.items())
    return tags


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _folded(label: str, value: str) -> str:
    words = " ".join(value.split()).split(" ")
    lines = [f"{label}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _WIDTH and lines[-1].strip():
            lines.append(" ")
            lines[-1] += f" {word}"
        else:
            lines[-1] += f" {word}"
    return "\n".join(lines) + "\n"
