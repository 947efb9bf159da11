#!/usr/bin/env python3
"""Kiểm tra đĩa bàn giao: mọi gói có còn nguyên vẹn, đủ và đúng như khi giao không.

    python3 verify.py              kiểm tra thư mục chứa tệp này
    python3 verify.py THU_MUC      kiểm tra thư mục khác
    python3 verify.py --json       kết quả cho phần mềm khác đọc

Chỉ dùng thư viện chuẩn của Python 3.8 trở lên; không cài đặt, không cần mạng, không ghi gì lên đĩa.
Mã kết thúc: 0 nguyên vẹn, 1 có sai khác, 2 không kiểm tra được.

Chữ ký không được kiểm tra ở đây mà bằng OpenSSL, lệnh ghi trong DOC-TRUOC.txt.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import unicodedata
from pathlib import Path

CHUNK = 1 << 20
MOST_MANIFEST = 64 << 20
LOOSE = ("signatures/",)
SPOKEN = {"dung": "NGUYÊN VẸN", "sai": "CÓ SAI KHÁC", "chua-ro": "CHƯA RÕ"}


class Seen:
    """What was found in one parcel."""

    def __init__(self, name: str) -> None:
        self.name, self.files, self.bytes, self.digest = name, 0, 0, ""
        self.faults: list[tuple[str, str]] = []
        self.unread: list[tuple[str, str]] = []

    def fault(self, what: str, path: str = "") -> None:
        """Note a difference."""
        self.faults.append((path, what))

    @property
    def verdict(self) -> str:
        """One word for the parcel."""
        return "sai" if self.faults else "chua-ro" if self.unread else "dung"


def sha256(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file in hex, and its size."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def unsafe(path: str) -> bool:
    """Tell whether a listed path leads out of its parcel."""
    parts = re.split(r"[/\\]", path)
    return not path or ".." in parts or path[0] in "/\\~" or bool(re.match(r"[A-Za-z]:", path))


def listed(folder: Path, name: str, seen: Seen) -> dict[str, str]:
    """Return what a manifest lists: path -> digest."""
    rows: dict[str, str] = {}
    alike: dict[str, str] = {}
    path = folder / name
    if path.stat().st_size > MOST_MANIFEST:
        seen.fault("danh sách quá lớn", name)
        return rows
    for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
        found = re.match(r"^([0-9a-fA-F]{64})[ \t]+(.+)$", line)
        if not found:
            if line.strip():
                seen.fault(f"dòng {number} không đọc được", name)
            continue
        inside = re.sub(r"%(0[AaDd]|25)", lambda sign: chr(int(sign.group(1), 16)), found.group(2))
        same = unicodedata.normalize("NFC", inside).casefold()
        if unsafe(inside):
            seen.fault("đường dẫn ra ngoài gói", inside)
        elif same in alike:
            seen.fault("ghi hai lần trong " + name, inside)
        else:
            alike[same] = rows[inside] = found.group(1).lower()
    return rows


def check(folder: Path) -> Seen:
    """Return what is found in the parcel in `folder`; every difference, not only the first."""
    seen = Seen(folder.name)
    here: dict[str, Path] = {}
    for root, folders, names in os.walk(str(folder)):
        for name in folders + names:
            path = Path(root, name)
            inside = path.relative_to(folder).as_posix()
            if path.is_symlink():
                seen.fault("là một liên kết, không phải tệp", inside)
            elif path.is_file():
                here[inside] = path
        folders[:] = [name for name in folders if not Path(root, name).is_symlink()]
    for name in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"):
        if name not in here:
            seen.fault("thiếu", name)
    tags = listed(folder, "tagmanifest-sha256.txt", seen) if "tagmanifest-sha256.txt" in here else {}
    data = listed(folder, "manifest-sha256.txt", seen) if "manifest-sha256.txt" in here else {}
    if "tagmanifest-sha256.txt" in here:
        seen.digest = sha256(here["tagmanifest-sha256.txt"])[0]
    wanted = dict(data)
    wanted.update(tags)
    for inside in sorted(here):
        loose = inside == "tagmanifest-sha256.txt" or inside.startswith(LOOSE)
        if inside not in wanted and not loose:
            seen.fault("thừa, không có trong danh sách", inside)
    for inside in sorted(wanted):
        if inside not in here:
            seen.fault("thiếu", inside)
            continue
        try:
            digest, size = sha256(here[inside])
        except OSError as error:
            seen.unread.append((inside, error.strerror or "không đọc được"))
            continue
        if inside in data:
            seen.files, seen.bytes = seen.files + 1, seen.bytes + size
        if digest != wanted[inside]:
            seen.fault("nội dung đã thay đổi", inside)
    _oxum(here, seen)
    return seen


def _oxum(here: dict[str, Path], seen: Seen) -> None:
    if "bag-info.txt" not in here:
        return
    text = here["bag-info.txt"].read_bytes().decode("utf-8", "replace")
    found = re.search(r"^Payload-Oxum:\s*(\S+)", text, re.MULTILINE)
    sizes = [path.stat().st_size for inside, path in here.items() if inside.startswith("data/")]
    if not found:
        seen.fault("thiếu Payload-Oxum", "bag-info.txt")
    elif found.group(1) != f"{sum(sizes)}.{len(sizes)}":
        seen.fault("số tệp, dung lượng không khớp Payload-Oxum", "bag-info.txt")


def short(digest: str) -> str:
    """Return a digest as the minutes print it: the first sixteen signs in groups of four."""
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4)).upper()


def expected(root: Path) -> dict[str, str] | None:
    """Return what handover.json says of the parcels: name -> digest; None where there is no such file."""
    path = root / "handover.json"
    if not path.is_file():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
        kept_back = told.get("withheld", [])
        return {row["name"]: row["digest"].lower() for row in told["parcels"] if row["name"] not in kept_back}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def parcels(root: Path) -> list[Path]:
    """Return the folders of all parcels below `root`."""
    if (root / "bagit.txt").is_file():
        return [root]
    places = [root] + ([root / "parcels"] if (root / "parcels").is_dir() else [])
    return [each for place in places for each in sorted(place.iterdir())
            if each.is_dir() and not each.is_symlink() and (each / "bagit.txt").is_file()]  # fmt: skip


def main() -> int:
    """Check all, say it, and end with the verdict as exit code."""
    parser = argparse.ArgumentParser(description="Kiểm tra đĩa bàn giao.")
    parser.add_argument("folder", nargs="?", default=str(Path(__file__).resolve().parent))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    root = Path(given.folder)
    if not root.is_dir():
        sys.stderr.write(f"Không có thư mục {root}\n")
        return 2
    told = expected(root)
    seen = []
    for folder in parcels(root):
        if not given.json:
            sys.stdout.write(f"Đang kiểm tra {folder.name}…\n")
            sys.stdout.flush()
        one = check(folder)
        if told is not None and told.get(one.name) != one.digest:
            one.fault("mã của gói khác với mã ghi trong handover.json", "tagmanifest-sha256.txt")
        seen.append(one)
    missing = sorted(set(told or {}) - {one.name for one in seen})
    bad = bool(missing) or any(one.faults for one in seen)
    unsure = not seen or any(one.unread for one in seen)
    code = 1 if bad else 2 if unsure else 0
    if given.json:
        sys.stdout.write(json.dumps({
            "verdict": ("dung", "sai", "chua-ro")[code],
            "missing": missing,
            "parcels": [{"name": one.name, "digest": one.digest, "verdict": one.verdict, "files": one.files,
                         "bytes": one.bytes, "faults": [list(row) for row in one.faults],
                         "unread": [list(row) for row in one.unread]} for one in seen],
        }, ensure_ascii=False) + "\n")  # fmt: skip
        return code
    say(seen, missing, code, told)
    return code


def say(seen: list[Seen], missing: list[str], code: int, told: dict[str, str] | None) -> None:
    """Say to a person what was found."""
    out = sys.stdout.write
    for one in seen:
        out(
            "\n{}: {}\n".format(
                one.name, {"dung": "NGUYÊN VẸN", "sai": "CÓ SAI KHÁC", "chua-ro": "CHƯA RÕ"}[one.verdict]
            )
        )
        out(f"  {one.files} tệp, {one.bytes} byte\n")
        out(f"  mã của gói: {short(one.digest)}  ({one.digest})\n")
        for path, what in one.faults[:200]:
            out(f"  - {path or one.name}: {what}\n")
        if len(one.faults) > 200:
            out(f"  … và {len(one.faults) - 200} sai khác nữa\n")
        for path, what in one.unread:
            out(f"  ? {path}: không đọc được ({what})\n")
    for name in missing:
        out(f"\n{name}: THIẾU CẢ GÓI\n")
    if not seen:
        out("\nKhông thấy gói bàn giao nào ở đây.\n")
    elif told is None:
        out("\nKhông có handover.json: hãy so mã của từng gói với mã in trong biên bản.\n")
    out(
        "\nKẾT LUẬN: {}\n".format(
            ("NGUYÊN VẸN, ĐỦ", "CÓ SAI KHÁC, CHƯA NHẬN", "CHƯA KIỂM TRA ĐƯỢC HẾT")[code]
        )
    )
    if code == 0:
        out("So mã của gói với biên bản giao nhận. Chữ ký: xem DOC-TRUOC.txt.\n")


if __name__ == "__main__":
    sys.exit(main())
