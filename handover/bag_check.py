"""Is a bag whole and unchanged? Every fault is listed at once, each with its code and its file.

Stricter than bagit.py where RFC 8493 is: white space before a colon in bagit.txt, a file named twice, a
manifest that leaves files out. Where only one of two bags' makers was careless and nothing is at stake (a
`*` of md5sum, a leading `./`), it is a note, not a fault.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from handover import bag_path
from handover.outcome import AGAIN, Check, Verdict, could_not_run, failed, passed, verdict

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
MOST_TAG_BYTES = 64 << 20  # of one tag file; 100,000 files make a manifest of 12.5 MB
ALIKE = "bag-names-alike"
"""Code of two names that some systems take for one."""
UNDECLARED = frozenset(
    {
        "bag-declaration-lacks",
        "bag-declaration-bom",
        "bag-declaration-wrong",
        "bag-tag-too-large",
        "bag-tag-unreadable",
    }
)
"""Codes of a bag that does not say what it is, where they are about bagit.txt: no list of it is looked at."""
_CHUNK = 1 << 20
_DECLARATION = re.compile(
    r"BagIt-Version: (\d+\.\d+)[ \t]*(?:\r\n|\n|\r)"
    r"Tag-File-Character-Encoding: (\S+)[ \t]*(?:\r\n|\n|\r)*"
)
_MANIFEST = re.compile(r"^(tag)?manifest-([a-z0-9]+)\.txt$")


@dataclass(frozen=True)
class Profile:
    """What is asked of a bag beside RFC 8493."""

    oxum: bool = False  #: Payload-Oxum must stand in bag-info.txt
    algorithm: str | None = None  #: must be among the manifests
    version: str | None = None  #: the only version taken
    loose: tuple[str, ...] | None = (
        None  #: folders whose tag files need not be listed; None: any may lie loose
    )


ANY = Profile()
"""A bag of anybody's."""

PARCEL = Profile(oxum=True, algorithm="sha256", version="1.0", loose=("signatures/",))
"""A parcel of ours; what nobody listed is a fault, signatures apart (they are made after the list)."""


@dataclass
class _Bag:
    folder: Path
    checks: list[Check] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)  #: by path within the bag, as the system spells it
    version: str = ""
    encoding: str = "utf-8"

    def fail(self, code: str, subject: str = "", detail: str = "") -> None:
        self.checks.append(failed(code, subject, detail))


def check_bag(folder: Path, profile: Profile = ANY) -> Verdict:
    """Return every fault of the bag in `folder`; nothing outside it is read, no link is followed."""
    bag = _Bag(folder)
    _walk(bag)
    if not _declaration(bag, profile):
        return verdict(bag.checks)
    info = _info(bag)
    manifests, tag_manifests = _manifests(bag)
    _payload(bag, manifests)
    _tags(bag, tag_manifests, profile)
    _oxum(bag, info, profile)
    _holes(bag)
    if profile.algorithm and profile.algorithm not in manifests:
        bag.fail("bag-algorithm-lacks", f"manifest-{profile.algorithm}.txt", "the profile asks for it")
    if not manifests:
        bag.fail("bag-manifest-lacks", "", "a bag has at least one manifest-<algorithm>.txt")
    _digests(bag, {**{f"m:{name}": rows for name, rows in manifests.items()},
                   **{f"t:{name}": rows for name, rows in tag_manifests.items()}})  # fmt: skip
    unread = any(check.unread for check in bag.checks)
    if not unread and not any(check.code.startswith("bag-") for check in verdict(bag.checks).faults):
        bag.checks.append(passed("bag", "", f"{len(bag.files)} files"))
    return verdict(bag.checks)


def lists_read(checks: Iterable[Check]) -> bool:
    """Return whether the lists of a bag were looked at, by its checks: not where it is none by its word."""
    return not any(each.subject == "bagit.txt" and each.code in UNDECLARED for each in checks)


def _walk(bag: _Bag) -> None:
    seen: dict[str, str] = {}
    for root, folders, names in os.walk(bag.folder, followlinks=False):
        for name in sorted([*folders, *names]):
            path = Path(root, name)
            within = path.relative_to(bag.folder).as_posix()
            if path.is_symlink():
                bag.fail("bag-link", within, "a link; what it leads to is no part of the bag")
            elif path.is_file():
                twin = seen.setdefault(bag_path.alike(within), within)
                if twin != within:
                    bag.fail(ALIKE, within, f"some systems take it for {twin}")
                bag.files[within] = path
            elif not path.is_dir():
                bag.fail("bag-special-file", within, "neither a file nor a folder")
        folders[:] = [name for name in folders if not Path(root, name).is_symlink()]
    if not (bag.folder / "data").is_dir():
        bag.fail("bag-payload-lacks", "data/", "a bag has a folder data/")


def _text(bag: _Bag, name: str, encoding: str) -> str | None:
    path = bag.files[name]
    if path.stat().st_size > MOST_TAG_BYTES:
        bag.fail("bag-tag-too-large", name, f"more than {MOST_TAG_BYTES >> 20} MiB")
        return None
    try:
        return path.read_bytes().decode(encoding)
    except (UnicodeDecodeError, LookupError):
        bag.fail("bag-tag-unreadable", name, f"it is not {encoding}")
        return None


def _declaration(bag: _Bag, profile: Profile) -> bool:
    if "bagit.txt" not in bag.files:
        bag.fail("bag-declaration-lacks", "bagit.txt", "a bag says that it is one")
        return False
    if bag.files["bagit.txt"].read_bytes()[:3] == b"\xef\xbb\xbf":
        bag.fail("bag-declaration-bom", "bagit.txt", "it begins with a byte order mark (section 2.1.1)")
        return False
    text = _text(bag, "bagit.txt", "utf-8")
    if text is None:
        return False
    found = _DECLARATION.fullmatch(text)
    if found is None:
        bag.fail(
            "bag-declaration-wrong",
            "bagit.txt",
            "two lines: BagIt-Version: M.N, Tag-File-Character-Encoding: E",
        )
        return False
    bag.version, bag.encoding = found.groups()
    if bag.version not in VERSIONS or (profile.version and bag.version != profile.version):
        bag.fail("bag-version-unknown", "bagit.txt", f"version {bag.version}")
    return True


def _info(bag: _Bag) -> list[tuple[str, str]]:
    name = "package-info.txt" if "package-info.txt" in bag.files and bag.version < "0.96" else "bag-info.txt"
    text = _text(bag, name, bag.encoding) if name in bag.files else None
    rows: list[tuple[str, str]] = []
    for line in re.split(r"\r\n|\n|\r", (text or "").removeprefix("\ufeff")):
        if line[:1] in (" ", "\t") and rows:
            label, value = rows[-1]
            rows[-1] = label, f"{value} {line.strip()}".strip()
        elif line.strip():
            label, colon, value = line.partition(":")
            if not colon:
                bag.fail("bag-info-wrong", name, "a line without a colon")
                continue
            rows.append((label.strip(), value.strip()))
    return rows


def info_of(folder: Path) -> list[tuple[str, str]]:
    """Return what bag-info.txt of a bag says, in its order; nothing where it cannot be read."""
    bag = _Bag(folder)
    _walk(bag)
    return _info(bag) if "bagit.txt" in bag.files and _declaration(bag, ANY) else []


def payload_rows(folder: Path) -> dict[str, str]:
    """Return what manifest-sha256.txt of a bag lists, path -> digest; nothing where it cannot be read.

    Whether it is true is `check_bag`'s to say.
    """
    bag = _Bag(folder)
    _walk(bag)
    if "manifest-sha256.txt" not in bag.files or "bagit.txt" not in bag.files or not _declaration(bag, ANY):
        return {}
    return dict(_rows(bag, "manifest-sha256.txt", "sha256", tag=False))


_Rows = Mapping[str, str]


def _manifests(bag: _Bag) -> tuple[dict[str, _Rows], dict[str, _Rows]]:
    payload: dict[str, _Rows] = {}
    tags: dict[str, _Rows] = {}
    for name in sorted(bag.files):
        found = _MANIFEST.match(name)
        if found is None:
            continue
        if found[2] not in ALGORITHMS:
            bag.checks.append(
                could_not_run("bag-algorithm-unknown", name, f"digests of {found[2]} are not known here")
            )
            continue
        (tags if found[1] else payload)[found[2]] = _rows(bag, name, found[2], tag=bool(found[1]))
    return payload, tags


def _rows(bag: _Bag, name: str, algorithm: str, *, tag: bool) -> _Rows:
    text = _text(bag, name, bag.encoding)
    rows: dict[str, str] = {}
    spelled: dict[str, str] = {}
    length = hashlib.new(algorithm, usedforsecurity=False).digest_size * 2
    for number, line in enumerate(re.split(r"\r\n|\n|\r", (text or "").removeprefix("\ufeff")), start=1):
        if not line.strip():
            continue
        found = re.fullmatch(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)", line)
        if found is None or len(found[1]) != length:
            bag.fail("bag-manifest-wrong", name, f"line {number} is not a digest of {algorithm} and a path")
            continue
        path = bag_path.plain(_unescaped(found[2]) if bag.version == "1.0" else found[2])
        if reason := bag_path.fault(path):
            bag.fail("bag-path-unsafe", path, f"{name}, line {number}: {reason}")
            continue
        if not tag and not path.startswith("data/"):
            bag.fail("bag-path-outside", path, f"{name}, line {number}: a payload file lies below data/")
            continue
        held = rows.get(path)
        if held is not None and (held != found[1].lower() or bag.version == "1.0"):
            bag.fail("bag-listed-twice", path, f"{name}, line {number}")
        twin = spelled.setdefault(unicodedata.normalize("NFC", path), path)
        if twin != path and not tag:
            bag.fail(ALIKE, path, f"{name}, line {number}: {twin}, composed otherwise")
        rows[path] = found[1].lower()
    return rows


def _unescaped(path: str) -> str:
    return re.sub(r"%(0[AaDd]|25)", lambda sign: chr(int(sign[1], 16)), path)


def _payload(bag: _Bag, manifests: Mapping[str, _Rows]) -> None:
    listed: set[str] = set().union(*(rows.keys() for rows in manifests.values())) if manifests else set()
    here = {path for path in bag.files if path.startswith("data/")}
    known = {_on_disk(bag, path) or path: path for path in listed}
    for path in sorted(listed):
        if _on_disk(bag, path) is None:
            bag.fail("bag-file-lacks", path, "listed, and not there")
        elif bag.version == "1.0":
            for algorithm, rows in manifests.items():
                if path not in rows:
                    bag.fail("bag-file-unlisted", path, f"manifest-{algorithm}.txt leaves it out")
    for path in sorted(here - known.keys()):
        bag.fail("bag-file-unlisted", path, "there, and in no manifest")


def _on_disk(bag: _Bag, path: str) -> str | None:
    """Return the file as this system spells it: as listed, else composed or decomposed (NFC, NFD)."""
    for form in (path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path)):
        if form in bag.files:
            return form
    return None


def _tags(bag: _Bag, tag_manifests: Mapping[str, _Rows], profile: Profile) -> None:
    for algorithm, rows in tag_manifests.items():
        for path in sorted(rows):
            if _on_disk(bag, path) is None:
                bag.fail("bag-tag-lacks", path, f"tagmanifest-{algorithm}.txt lists it, and it is not there")
    if profile.loose is None:
        return
    if not tag_manifests:
        bag.fail("bag-tag-manifest-lacks", "", "the profile asks for a tag manifest")
    for path in sorted(bag.files):
        loose = path.startswith(("data/", "tagmanifest-", *profile.loose))
        if not loose and not all(path in rows for rows in tag_manifests.values()):
            bag.fail("bag-tag-unlisted", path, "a tag file that the tag manifest does not list")


def _oxum(bag: _Bag, info: list[tuple[str, str]], profile: Profile) -> None:
    said = [value for label, value in info if label.lower() == "payload-oxum"]
    if not said:
        if profile.oxum:
            bag.fail("bag-oxum-lacks", "bag-info.txt", "Payload-Oxum: bytes.files")
        return
    sizes = [path.stat().st_size for name, path in bag.files.items() if name.startswith("data/")]
    found = f"{sum(sizes)}.{len(sizes)}"
    if len(said) > 1 or said[0] != found:
        bag.fail("bag-oxum-wrong", "bag-info.txt", f"said {', '.join(said)}, found {found}")


def _holes(bag: _Bag) -> None:
    text = _text(bag, "fetch.txt", bag.encoding) if "fetch.txt" in bag.files else None
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text or ""), start=1):
        if not line.strip():
            continue
        found = re.fullmatch(r"(\S+)[ \t]+(\d+|-)[ \t]+(.+)", line)
        if found is None:
            bag.fail("bag-fetch-wrong", "fetch.txt", f"line {number} is not an address, a length and a path")
            continue
        path = bag_path.plain(_unescaped(found[3]))
        if reason := bag_path.fault(path):
            bag.fail("bag-path-unsafe", path, f"fetch.txt, line {number}: {reason}")
        elif not path.startswith("data/"):
            bag.fail("bag-path-outside", path, f"fetch.txt, line {number}: a payload file lies below data/")


def _digests(bag: _Bag, lists: Mapping[str, _Rows]) -> None:
    """Read every listed file once, for all its algorithms."""
    wanted: dict[str, list[tuple[str, str]]] = {}
    for name, rows in lists.items():
        for path, digest in rows.items():
            here = _on_disk(bag, path)
            if here is not None:
                wanted.setdefault(here, []).append((name.partition(":")[2], digest))
    for path, digests in sorted(wanted.items()):
        try:
            found = _hashed(bag.files[path], {algorithm for algorithm, _digest in digests})
        except OSError as error:
            why = error.strerror or "it cannot be read"
            bag.checks.append(could_not_run("bag-file-unreadable", path, why, unread=AGAIN))
            continue
        for algorithm, digest in digests:
            if found[algorithm] != digest:
                bag.fail(
                    "bag-digest-wrong",
                    path,
                    f"{algorithm}: listed {digest[:16]}…, found {found[algorithm][:16]}…",
                )


def _hashed(path: Path, algorithms: set[str]) -> dict[str, str]:
    sums = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    for chunk in _chunks(path):
        for each in sums.values():
            each.update(chunk)
    return {name: each.hexdigest() for name, each in sums.items()}


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
