"""Invented pages with a secret mark, whose truth is known, and pages that only look as if they had one.

Nothing on them is a secret: the text is that of every other sample.
"""

import dataclasses
import random
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samples import mark_ink, scan
from samples.content import Document, Para
from samples.draw import Pixels
from samples.layout import Sheet, typeset
from samples.mark_ink import Stamp
from samples.pages import invent, look_for
from samples.truth import Box

LEVELS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")


@dataclass(frozen=True)
class Drawn:
    """Where chance draws from; the two sets share no face, place or ink."""

    faces: tuple[str, ...]
    places: tuple[str, ...]  #: keys of `PLACES`
    inks: tuple[str, ...]
    shapes: tuple[str, ...]
    frames: tuple[str, ...]


TUNING = Drawn(
    faces=("serif-bold", "sans-bold"),
    places=("under-number", "right-corner"),
    inks=("red", "black"),
    shapes=("plain", "condensed", "spaced", "outline", "wide", "heavy", "thin"),
    frames=("none", "box", "double", "round", "lines"),
)
UNSEEN = Drawn(
    faces=("narrow-sans", "light-sans", "slab", "typewriter", "mono", "slanted", "slanted-sans"),
    places=("left-corner", "top-middle", "under-date", "left-margin", "beside-title", "over-issuer"),
    inks=("blue", "crimson", "violet", "orange", "azure", "grey"),
    shapes=("plain", "wide", "heavy", "thin", "hand", "condensed", "spaced", "outline"),
    frames=("none", "box", "double", "round", "lines"),
)
"""What was scored at first. Runs on it were looked at and led to rules: docs/secret-marks.md says which."""

JUDGED = Drawn(
    faces=(
        "charis",
        "free-serif",
        "free-mono",
        "free-sans-slanted",
        "lato-black",
        "open-narrow",
        "open-heavy-slanted",
        "roboto-narrow",
        "roboto-black",
        "comfortaa",
    ),
    places=("over-emblem", "top-right", "right-of-date", "over-number", "under-subject", "foot", "foot-left"),
    inks=("purple", "stamp-blue", "rust", "pine", "pale-red", "worn-black"),
    shapes=("plain", "wide", "heavy", "thin", "hand", "cut", "condensed", "spaced", "outline"),
    frames=("none", "box", "double", "round", "lines", "thick", "corners"),
)
"""What was scored then: 24 pages of seed 5501 were looked at. Its faces need packages of their own
(`mark_ink.FACES`)."""

FRESH = Drawn(
    faces=(
        "libertine",
        "libertine-slanted",
        "libertine-half-bold",
        "biolinum",
        "lato-heavy-slanted",
        "open-bold",
        "open-heavy",
        "roboto-medium-slanted",
        "free-mono-slanted",
        "charis-slanted",
    ),
    places=("between-heads", "over-date", "beside-number", "left-of-body", "foot-right", "mid-right"),
    inks=("wine", "navy", "teal", "plum", "brown", "graphite"),
    shapes=JUDGED.shapes,
    frames=JUDGED.frames,
)
"""What is scored now. Nothing of it was looked at before the rules stood; its faces need packages too."""

PLACES: dict[str, tuple[float, float]] = {
    "under-number": (58, 54),
    "right-corner": (180, 13),
    "left-corner": (30, 12),
    "top-middle": (105, 14),
    "under-date": (150, 55),
    "left-margin": (24, 62),
    "beside-title": (176, 68),
    "over-issuer": (62, 15),
    "over-emblem": (140, 24),
    "top-right": (170, 12),
    "right-of-date": (184, 46),
    "over-number": (66, 44),
    "under-subject": (105, 92),
    "foot": (105, 278),
    "foot-left": (46, 262),
    "between-heads": (100, 34),
    "over-date": (158, 36),
    "beside-number": (96, 46),
    "left-of-body": (26, 118),
    "foot-right": (160, 272),
    "mid-right": (178, 132),
}
"""Middle of the mark in mm from the left and the top of an A4 page."""

CLASSES = (
    "clean300",
    "noisy200",
    "seal",
    "bilevel200",
    "low150",
    "faded",
    "skew",
    "border",
    "hand",
    "upside",
)
"""Scanners of marked pages, in turn; some give grey or black and white, whatever the ink."""

URGENT = ("KHẨN", "HỎA TỐC", "HOẢ TỐC", "THƯỢNG KHẨN", "HỎA TỐC HẸN GIỜ")
HARMLESS = (
    *URGENT,
    "ĐẾN",
    "BẢN SAO",
    "SAO Y",
    "BẢN CHÍNH",
    "LƯU HÀNH NỘI BỘ",
    "XEM XONG TRẢ LẠI",
    "DỰ THẢO",
    "ĐÃ KIỂM TRA",
    "ĐÃ SỐ HÓA",
    "HỒ SƠ MẪU",
    "ĐÃ THU TIỀN",
    "KHÔNG MẬT",
    "ĐÃ GIẢI MẬT",
)
"""What offices stamp on the same places."""

SUBJECTS = (
    "Về việc tăng cường công tác bảo vệ bí mật nhà nước",
    "Về việc bảo mật thông tin trên môi trường mạng",
    "Về việc thực hiện Luật Bảo vệ bí mật nhà nước trong tình hình mới",
    "Về việc quản lý tài liệu mật, tài liệu tối mật tại cơ quan",
    "Về việc mật độ dân số và quy hoạch khu dân cư tập trung",
    "Về việc hỗ trợ mô hình nuôi ong lấy mật",
    "Về việc phối hợp với Ban Cơ yếu trong công tác bảo mật",
    "Về việc giữ gìn bí mật",
    "BAN HÀNH QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TUYỆT MẬT, TỐI MẬT VÀ MẬT",
    "V/v báo cáo kết quả công tác bảo vệ bí mật nhà nước",
)
PROSE = (
    "Tài liệu đóng dấu MẬT, TỐI MẬT hoặc TUYỆT MẬT được quản lý theo Luật Bảo vệ bí mật nhà nước.",
    "Ông Nguyễn Văn Mật, trú tại thôn Mật Sơn, được giao nhiệm vụ bảo mật hệ thống.",
    "Mật độ dân số bình quân của xã là 512 người/km2; sản lượng mật ong đạt 12 tấn.",
    "Việc xác định độ mật của văn bản do người đứng đầu quyết định; người soạn thảo đề xuất độ mật.",
    "Mật khẩu của hệ thống được thay đổi sáu tháng một lần; không ghi mật khẩu ra giấy.",
)
FIELDS = ("Độ mật: Không", "Độ mật: Thường", "Độ khẩn: Thường", "Mật độ: 512 người/km2", "Độ mật: Không mật")


@dataclass(frozen=True, eq=False)
class SecretSample:
    """One page; `stamp` is None on a page without any stamp."""

    pixels: Pixels
    dpi: int
    cls: str
    level: str | None  #: of `LEVELS`; None: not marked
    place: str
    stamp: Stamp | None
    box: Box | None  #: of the stamp, in pixels of the sheet before the scanner turned it
    touching: bool = False  #: it lies over print

    @property
    def told(self) -> str:
        """What a table of misses says of it."""
        stamp = self.stamp
        how = f"{stamp.text!r} {stamp.face} {stamp.shape} {stamp.frame} {stamp.ink}" if stamp else "no stamp"
        turn = f" {stamp.angle:+.0f}° {stamp.strength:.2f}" if stamp else ""
        return f"{self.cls} {self.place} {how}{turn}{' touching' if self.touching else ''}"


def marked_pages(n: int, seed: int, drawn: Drawn = FRESH, *, first: int = 0) -> Iterator[SecretSample]:
    """Yield pages `first` to `n` with a mark; the i-th depends on `seed`, i and `drawn` alone."""
    for i in range(first, n):
        rng = random.Random(f"marked {seed} {i}")
        level, stamp = LEVELS[i % 3], _stamp(rng, LEVELS[i % 3], drawn)
        if scan.CLASSES[CLASSES[i % len(CLASSES)]].bilevel:  # paler ink would be gone: nobody could read it
            stamp = dataclasses.replace(stamp, strength=max(stamp.strength, 0.85), wear=min(stamp.wear, 0.2))
        place, touching = rng.choice(drawn.places), rng.random() < 0.25
        cls = CLASSES[i % len(CLASSES)]
        document = invent(rng, paragraphs=rng.randrange(1, 4))
        yield _made(document, cls, rng, stamp=stamp, place=place, touching=touching, level=level)


def free_pages(n: int, seed: int, drawn: Drawn = FRESH, *, first: int = 0) -> Iterator[SecretSample]:
    """Yield pages `first` to `n` without a mark: stamped otherwise, about secrecy, or plain."""
    for i in range(first, n):
        rng = random.Random(f"free {seed} {i}")
        cls = CLASSES[i % len(CLASSES)]
        document = invent(rng, paragraphs=rng.randrange(1, 4))
        stamp = None
        if i % 3 == 1 or i % 9 == 2:
            text = rng.choice(URGENT if rng.random() < 0.5 else HARMLESS)
            stamp = dataclasses.replace(_stamp(rng, text, drawn), text=text)
        if i % 3 == 2:
            document = about_secrecy(document, rng)
        place = rng.choice(drawn.places)
        yield _made(document, cls, rng, stamp=stamp, place=place, touching=rng.random() < 0.15, level=None)


def _stamp(rng: random.Random, text: str, drawn: Drawn) -> Stamp:
    shape = rng.choice(drawn.shapes)
    if rng.random() < 0.2:
        text = _broken(text, rng)
    return Stamp(
        text=text,
        face=rng.choice(drawn.faces),
        ink=rng.choice(drawn.inks),
        shape=shape,
        frame=rng.choice(drawn.frames),
        cap_mm=rng.uniform(3.2, 7.5) if shape != "thin" else rng.uniform(4.5, 7.5),
        angle=rng.choice((0.0, rng.uniform(-4, 4), rng.uniform(-20, 20))),
        strength=rng.choice((0.95, 0.95, rng.uniform(0.45, 0.9))),
        wear=rng.uniform(0.05, 0.45),
    )


def _broken(text: str, rng: random.Random) -> str:
    """Take marks off letters, as a worn stamp or an old typewriter does."""
    return stripped(text, DOTS if rng.random() < 0.4 else MARKS)


DOTS = frozenset("\u0323")
HATS = DOTS | frozenset("\u0302")
MARKS = HATS | frozenset("\u0301\u0309\u0300\u031b")
"""Combining marks that letters of stamps lose: the dot below, with the circumflex, with the rest."""


def stripped(text: str, lost: Set[str]) -> str:
    """Return the text, NFC, without these combining marks, and with D for Đ."""
    bare = unicodedata.normalize("NFD", text.replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(mark for mark in bare if mark not in lost))


def about_secrecy(document: Document, rng: random.Random) -> Document:
    """Return the record with words about keeping secrets in its subject and its text."""
    blocks = list(document.blocks)
    blocks.insert(min(1, len(blocks)), Para(rng.choice(PROSE)))
    if rng.random() < 0.5:
        blocks.insert(0, Para(rng.choice(FIELDS), "field"))
    if rng.random() < 0.3:
        blocks.insert(0, Para("QUY ĐỊNH VỀ BẢO VỆ BÍ MẬT NHÀ NƯỚC", "centre"))
    return dataclasses.replace(document, subject=rng.choice(SUBJECTS), blocks=tuple(blocks))


def _made(
    document: Document, cls: str, rng: random.Random, *, stamp: Stamp | None, place: str, touching: bool,
    level: str | None,
) -> SecretSample:  # fmt: skip
    dpi = scan.CLASSES[cls].dpi
    sheet = typeset(document, dpi=dpi, look=look_for(cls, rng))[0]
    lain: list[Box] = []

    def pressed(pixels: Pixels) -> None:
        if stamp is not None:
            cover = mark_ink.draw(stamp, dpi=dpi, rng=rng)
            left, top = _spot(pixels, sheet, cover.shape, place, touching=touching, rng=rng)
            mark_ink.press(pixels, cover, left, top, stamp.ink)
            lain.append((left, top, left + cover.shape[1], top + cover.shape[0]))

    made = scan.scan(sheet, cls, rng=rng, stamped=pressed)
    return SecretSample(
        made.pixels, made.dpi, cls, level, place, stamp, lain[0] if lain else None, touching and bool(lain)
    )


def _spot(
    pixels: Pixels, sheet: Sheet, size: tuple[int, ...], place: str, *, touching: bool, rng: random.Random
) -> tuple[int, int]:
    """Return left and top for a stamp: the nearest free paper, or, to touch, print under its edge."""
    dpi = sheet.dpi
    tall, wide = size[:2]
    x, y = (value * dpi / 25.4 for value in PLACES[place])
    ink = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) < 128).astype(np.uint8)
    ink = np.asarray(cv2.dilate(ink, np.ones((dpi // 50, dpi // 50), np.uint8)))
    sums = np.asarray(cv2.integral(ink))
    spots = []
    for _ in range(300):
        reach = 30 * rng.random()
        at = (
            round(x - wide / 2 + rng.uniform(-1, 1) * reach * dpi / 25.4),
            round(y - tall / 2 + rng.uniform(-1, 1) * reach * dpi / 25.4),
        )
        left = min(max(at[0], dpi // 12), sheet.width - wide - dpi // 12)
        top = min(max(at[1], dpi // 12), sheet.height - tall - dpi // 12)
        under = _share(sums, left, top, wide, tall)
        wanted = 0.0 < under < 0.06 if touching else under == 0.0
        far = abs(left + wide / 2 - x) + abs(top + tall / 2 - y)
        spots.append((not wanted, under if not wanted else 0.0, far, left, top))
    best = min(spots)
    return best[3], best[4]


def _share(sums: NDArray[np.generic], left: int, top: int, wide: int, tall: int) -> float:
    left, top = max(0, left), max(0, top)
    right, bottom = min(left + wide, sums.shape[1] - 1), min(top + tall, sums.shape[0] - 1)
    inside = int(sums[bottom, right]) - int(sums[top, right]) - int(sums[bottom, left]) + int(sums[top, left])
    return inside / max(1, wide * tall)
