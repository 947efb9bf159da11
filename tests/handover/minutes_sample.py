"""Minutes made up for the tests; all names in them are invented."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

from catalog.inventory import NOTHING, Counts
from catalog.transfer_item import Decision
from handover.minutes import Bundle, Checkpoint, Item, Minutes, ParcelLine, Party

MADE_AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
NUMBER = "BG-2026-000123"

GIVER = Party("UBND xã An Lạc", "H49.64.33", "UBND huyện Yên Định", "Nguyễn Thị Bưởi", "Văn phòng - Thống kê")
RECEIVER = Party("UBND xã Tân Hòa", "H49.64.60", "UBND tỉnh Quảng Yên", "Trần Văn Ổi", "Chuyên viên lưu trữ")

REASONS = {
    Decision.ACCEPTED: "",
    Decision.RESERVED: "Thiếu tờ số 12, bên giao còn giữ bản gốc",
    Decision.RETURNED: "Ảnh trang 3 mờ, không đọc được",
    Decision.REFUSED: "Không thuộc thẩm quyền quản lý của xã",
    Decision.MISSING: "Có tên trong mục lục, không có trong hộp",
}


def digest(words: str) -> str:
    """Return a SHA-256."""
    return hashlib.sha256(words.encode()).hexdigest()


def item(number: int, decision: Decision | None = Decision.ACCEPTED, **said: object) -> Item:
    """Return a dossier of the transfer."""
    reserved = decision is Decision.RESERVED
    given: dict[str, object] = {
        "ordinal": number,
        "identifier": f"H49.64.33.2001.{number}",
        "title": f"Hồ sơ giải quyết khiếu nại về ranh giới thửa đất số {number}, xóm Đông",
        "decision": decision,
        "reason": REASONS[decision] if decision else "",
        "deadline": date(2026, 12, 31) if reserved else None,
        "dates": "1998 - 2001",
        "retention": "Vĩnh viễn" if number % 2 else "20 năm",
        "unfinished": number % 9 == 0,
        "medium": ("both", "paper", "digital")[number % 3],
        "documents": 4,
        "pages": 21,
        "sheets": 12,
        "parcel": 1,
        "digest": digest(f"dossier {number}"),
    }
    return Item(**(given | said))  # type: ignore[arg-type]  # made of the fields above


def minutes(*items: Item, announced: Counts | None = None, **said: object) -> Minutes:
    """Return minutes over `items`; they add up unless `announced` says otherwise."""
    given: dict[str, object] = {
        "transfer": NUMBER,
        "title": "Tài liệu của UBND xã An Lạc (cũ), khối địa chính",
        "on": date(2026, 11, 26),
        "place": "Tân Hòa",
        "giver": GIVER,
        "receiver": RECEIVER,
        "basis": (
            "Điều 39 Thông tư số 06/2025/TT-BNV ngày 15/5/2025 của Bộ trưởng Bộ Nội vụ",
            "Quyết định số 1234/QĐ-UBND ngày 01/7/2025 của UBND tỉnh về việc bàn giao tài liệu lưu trữ",
        ),
        "announced": announced if announced is not None else sum((one.counts for one in items), NOTHING),
        "items": items,
        "boxes": 12,
        "metres": Decimal("1.5"),
        "parcels": (
            ParcelLine(f"{NUMBER}-P0001", digest("1"), 1834, 3_204_000_000),
            ParcelLine(f"{NUMBER}-P0002", digest("2"), 212, 94_000_000),
        ),
        "unarranged": (
            Bundle("Bó 1", "Ban Tư pháp", "Sổ chứng thực, đơn thư", "1995 - 1999", 1, Decimal("0.12"), True,
                   "Giấy ố, mối xông một góc", "Phòng kho 2, giá 3"),
            Bundle("Bó 2", "", "Chưa rõ", finished=None, note="Chưa mở"),
        ),
        "dates": "1995 - 2003",
        "condition": "Đã chỉnh lý, số hóa; 02 bó chưa chỉnh lý",
        "checkpoint": Checkpoint(48_211, digest("log")),
    }  # fmt: skip
    return Minutes(**(given | said))  # type: ignore[arg-type]  # made of the fields above


def decided_variously() -> Minutes:
    """Return minutes with every kind of decision in them."""
    kinds = [Decision.ACCEPTED] * 14 + [Decision.RESERVED] * 2 + list(Decision)[2:]
    return minutes(*(item(number, kind) for number, kind in enumerate(kinds, 1)))
