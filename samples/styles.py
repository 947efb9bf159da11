"""How the papers of real offices differ from the pattern: older years, councils, the Party, stamps, pens."""

import dataclasses
import datetime
import functools
import random
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samples.content import MOTTO, NATION, Arrival, Document, Para, Signer
from samples.names import DISTRICTS, PROVINCES

STYLES = ("plain", "old", "council", "party", "normative", "long", "stamped", "bureau")
"""What `dress` can make of an office's record."""

REFORM = 2005
"""Before TTLT 55/2005 notations ended in "UB", noughts were left out and the motto at times too."""


@functools.cache
def _told() -> Mapping[str, Any]:
    text = Path(__file__).with_name("styles.toml").read_text(encoding="utf-8")
    return tomllib.loads(unicodedata.normalize("NFC", text))


def dress(document: Document, style: str, *, rng: random.Random) -> Document:
    """Return an office's record in one of `STYLES`; papers that no office issues come back as they are.

    Raises:
        KeyError: no such style.
    """
    maker = _MAKERS[style]
    return maker(document, rng) if document.issuer else document


def _plain(document: Document, rng: random.Random) -> Document:
    """Another kind of the same build, now and then with the line that says who decides."""
    document = _other_kind(document, rng)
    if document.kind == "QUYẾT ĐỊNH" and rng.random() < 0.6:
        head = "CHỦ TỊCH " if document.issuer[0].startswith(("ỦY", "UỶ")) else ""
        if head:
            document = dataclasses.replace(document, decider=head + " ".join(document.issuer))
    return document


def _other_kind(document: Document, rng: random.Random) -> Document:
    others = _told()["kinds"].get(document.abbreviation)
    if not others:
        return document
    short, name = rng.choice(others).split("|")
    if short == "NQ":
        return document  # councils alone resolve: `_council`
    tail = document.notation.split("-", 1)[1]
    return dataclasses.replace(document, abbreviation=short, kind=name, notation=f"{short}-{tail}")


def _old(document: Document, rng: random.Random) -> Document:
    day = document.day.replace(year=rng.randrange(1977, REFORM))
    notation = document.notation.replace("UBND", "UB")
    joint = "/"
    if document.abbreviation != "CV" and rng.random() < 0.5:
        notation, joint = notation.replace("-", "/", 1), rng.choice((" ", "/"))
    issuer = document.issuer
    if len(issuer) == 2 and issuer[0].endswith("NHÂN DÂN") and rng.random() < 0.5:
        issuer = (f"UBND {issuer[1]}",)
    nation = (NATION,) if rng.random() < 0.3 else (NATION, MOTTO)
    signers = document.signers
    if rng.random() < 0.5:
        signers = tuple(
            dataclasses.replace(one, title=tuple(line.replace("TM. ", "T/M ") for line in one.title))
            for one in signers
        )
    return dataclasses.replace(
        document, day=day, notation=notation, joint=joint, issuer=issuer, nation=nation, plain_day=True,
        signers=signers,
    )  # fmt: skip


def _council(document: Document, rng: random.Random) -> Document:
    """A people's council: resolutions, reports, plans."""
    upper = document.issuer[-1] if document.issuer[0].endswith("NHÂN DÂN") else document.parent[-1]
    short, name = document.abbreviation, document.kind
    if short == "QĐ":
        short, name = "NQ", "NGHỊ QUYẾT"
    blocks = tuple(
        Para("QUYẾT NGHỊ:", "centre") if block == Para("QUYẾT ĐỊNH:", "centre") else block
        for block in document.blocks
    )
    notation = f"{short}-HĐND" if short != "CV" else "HĐND-VP"
    signer = document.signers[-1]
    if short != "BB":
        signer = Signer(("TM. HỘI ĐỒNG NHÂN DÂN", "CHỦ TỊCH"), signer.name)
    return dataclasses.replace(
        document, abbreviation=short, kind=name, notation=notation, parent=(),
        issuer=("HỘI ĐỒNG NHÂN DÂN", upper), signers=(*document.signers[:-1], signer), blocks=blocks,
    )  # fmt: skip


def _party(document: Document, rng: random.Random) -> Document:
    """A district committee of the Party: its own heading, hyphen before slash."""
    district = rng.choice(DISTRICTS).upper()
    short = document.abbreviation
    if short not in ("QĐ", "BC", "KH", "TB", "TTr"):
        return _long(document, rng)
    signer = Signer(("T/M BAN THƯỜNG VỤ", rng.choice(("BÍ THƯ", "PHÓ BÍ THƯ"))), document.signers[-1].name)
    return dataclasses.replace(
        document, parent=(f"ĐẢNG BỘ TỈNH {rng.choice(PROVINCES).upper()}",), issuer=(f"HUYỆN ỦY {district}",),
        nation=("ĐẢNG CỘNG SẢN VIỆT NAM",), notation=f"{short}/HU", joint="-", signers=(signer,),
        place=district.title(), day=max(document.day, datetime.date(2000, 1, 3)),
    )  # fmt: skip


def _normative(document: Document, rng: random.Random) -> Document:
    """An act with the year in its notation."""
    if document.abbreviation != "QĐ":
        return _stamped(document, rng)
    return dataclasses.replace(document, notation=f"{document.day.year}/{document.notation}")


def _long(document: Document, rng: random.Random) -> Document:
    tail = rng.choice(_told()["tails"].strip("\n").splitlines())
    slots = {"huyen": f"huyện {rng.choice(DISTRICTS)}", "tinh": f"tỉnh {rng.choice(PROVINCES)}"}
    return dataclasses.replace(document, subject=document.subject + tail.format_map(slots))


def _stamped(document: Document, rng: random.Random) -> Document:
    day = document.day + datetime.timedelta(days=rng.randrange(1, 12))
    return dataclasses.replace(
        document,
        urgency=rng.choice(("", "KHẨN", "HỎA TỐC", "THƯỢNG KHẨN")),
        copy_form=rng.choice(("", "", "SAO Y", "SAO LỤC")),
        circulation=rng.choice(("", "", "", "LƯU HÀNH NỘI BỘ")),
        arrival=Arrival(str(rng.randrange(11, 3000)), day) if rng.random() < 0.6 else None,
    )


def _bureau(document: Document, rng: random.Random) -> Document:
    """An office under another, each on lines of its own: the province's department, the commune's station."""
    parent, issuer, tail, head, deputy = rng.choice(_BUREAUS)
    place = rng.choice(PROVINCES)
    letter = document.abbreviation == "CV"
    signers = document.signers
    if document.abbreviation != "BB":
        title = (f"KT. {head}", deputy) if rng.random() < 0.5 else (head,)
        signers = (Signer(title, signers[-1].name),)
    desk = rng.choice(("VP", "TH", "HC"))
    return dataclasses.replace(
        document, parent=tuple(line.format(place.upper()) for line in parent), issuer=issuer, place=place,
        notation=f"{tail}-{desk}" if letter else f"{document.abbreviation}-{tail}", signers=signers,
    )  # fmt: skip


_BUREAUS = (
    (("UBND TỈNH {}",), ("SỞ NÔNG NGHIỆP VÀ", "PHÁT TRIỂN NÔNG THÔN"), "SNN", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    (("ỦY BAN NHÂN DÂN", "TỈNH {}"), ("SỞ GIAO THÔNG VẬN TẢI",), "SGTVT", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    (("SỞ TÀI NGUYÊN", "VÀ MÔI TRƯỜNG", "TỈNH {}"), ("VĂN PHÒNG", "ĐĂNG KÝ ĐẤT ĐAI"), "VPĐKĐĐ", "GIÁM ĐỐC",
     "PHÓ GIÁM ĐỐC"),
    (("CHI CỤC THUẾ", "KHU VỰC {}"), ("ĐỘI THUẾ LIÊN XÃ SỐ 2",), "ĐT", "ĐỘI TRƯỞNG", "PHÓ ĐỘI TRƯỞNG"),
    (("UBND HUYỆN {}",), ("TRUNG TÂM PHÁT TRIỂN", "QUỸ ĐẤT"), "TTPTQĐ", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    (("UBND HUYỆN {}",), ("PHÒNG KINH TẾ", "VÀ HẠ TẦNG"), "KTHT", "TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"),
    (("SỞ Y TẾ {}",), ("TRUNG TÂM Y TẾ HUYỆN",), "TTYT", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    (("HUYỆN ỦY {}",), ("ỦY BAN KIỂM TRA",), "UBKT", "CHỦ NHIỆM", "PHÓ CHỦ NHIỆM"),
)  # fmt: skip
"""Lines of the office above and of the office, its abbreviation, head and deputy."""

_MAKERS = {
    "plain": _plain, "old": _old, "council": _council, "party": _party, "normative": _normative,
    "long": _long, "stamped": _stamped, "bureau": _bureau,
}  # fmt: skip
