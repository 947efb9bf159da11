"""The offices that issue invented records: communes, districts and the district's bureaus."""

import random
from dataclasses import dataclass

from samples.names import DISTRICTS, PROVINCES, commune


@dataclass(frozen=True)
class Office:
    """What a letterhead and a signature block need to know of an office."""

    slots: dict[str, str]  #: "huyen", "tinh", "xa", "co_quan" as they stand in sentences
    parent: tuple[str, ...]  #: lines of the superior body; none for a people's committee
    issuer: tuple[str, ...]  #: lines of the office
    tail: str  #: its abbreviation in a notation, "UBND"
    desk: str  #: the drafting desk's abbreviation, "VP"
    place: str
    power: str  #: "TM. ỦY BAN NHÂN DÂN"; "" where the head signs in his own right
    head: str
    deputy: str


BUREAUS = {
    "phong-tnmt": ("Phòng Tài nguyên|và Môi trường", "TNMT", "TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"),
    "phong-nv": ("Phòng Nội vụ", "NV", "TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"),
    "phong-tckh": ("Phòng Tài chính|- Kế hoạch", "TCKH", "TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"),
    "phong-ldxh": ("Phòng Lao động -|Thương binh và Xã hội", "LĐTBXH", "TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"),
    "ban-qlda": ("Ban Quản lý dự án|đầu tư xây dựng", "BQLDA", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    "thanh-tra": ("Thanh tra huyện", "TTH", "CHÁNH THANH TRA", "PHÓ CHÁNH THANH TRA"),
}


def office(rng: random.Random, kind: str) -> Office:
    """Return an invented office: "xa" (commune), "huyen" (district) or a key of `BUREAUS`."""
    district, province = rng.choice(DISTRICTS), rng.choice(PROVINCES)
    village = commune(rng)
    slots = {"huyen": f"huyện {district}", "tinh": f"tỉnh {province}", "xa": f"xã {village}"}
    people = "ỦY BAN NHÂN DÂN" if rng.random() < 0.75 else "UỶ BAN NHÂN DÂN"
    upper = f"HUYỆN {district.upper()}"
    if kind == "xa":
        slots["co_quan"] = f"Ủy ban nhân dân xã {village}"
        parent = (people, upper) if rng.random() < 0.3 else ()
        issuer, desks = (people, f"XÃ {village.upper()}"), ("VP", "TP", "ĐC")
        return Office(
            slots,
            parent,
            issuer,
            "UBND",
            rng.choice(desks),
            village,
            f"TM. {people}",
            "CHỦ TỊCH",
            "PHÓ CHỦ TỊCH",
        )
    if kind == "huyen":
        slots["co_quan"] = f"Ủy ban nhân dân huyện {district}"
        issuer, desk = (people, upper), rng.choice(("VP", "NV", "TNMT", "TCKH"))
        return Office(
            slots,
            (),
            issuer,
            "UBND",
            desk,
            district,
            f"TM. {people}",
            "CHỦ TỊCH",
            "PHÓ CHỦ TỊCH",
        )
    name, tail, head, deputy = BUREAUS[kind]
    slots["co_quan"] = f"{name.replace('|', ' ')} huyện {district}".replace("huyện huyện", "huyện")
    lines = tuple(name.upper().split("|"))
    return Office(slots, (people, upper), lines, tail, tail, district, "", head, deputy)
