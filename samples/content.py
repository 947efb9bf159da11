"""What an invented record says: its kind, its heads, its sentences, its signer."""

import datetime
import functools
import random
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samples.names import Slots, person, spoken
from samples.office import Office
from samples.office import office as make_office

HERE = Path(__file__).parent

KINDS = {
    "QĐ": "QUYẾT ĐỊNH",
    "BC": "BÁO CÁO",
    "KH": "KẾ HOẠCH",
    "TB": "THÔNG BÁO",
    "TTr": "TỜ TRÌNH",
    "BB": "BIÊN BẢN",
    "GM": "GIẤY MỜI",
    "CV": "",
}
"""Name of a kind by its abbreviation (NĐ 30/2020, Phụ lục III); a công văn has none on its face."""


NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
POWERS = ("TM.", "KT.", "TL.", "TUQ.", "Q.", "T/M")
"""How a line opens that says on whose behalf a document is signed."""


@dataclass(frozen=True)
class Para:
    """One paragraph; `lead` is set bold before it ("Điều 1.")."""

    text: str
    style: str = (
        "body"  #: body, basis (italic), heading (bold), centre (bold, centred), field (a form's line)
    )
    lead: str = ""


@dataclass(frozen=True)
class Table:
    """A ruled table; `widths` are shares of the text width."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


Block = Para | Table


@dataclass(frozen=True)
class Signer:
    """One signature block: the lines above the signature and the name under it."""

    title: tuple[str, ...]  #: "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"
    name: str


@dataclass(frozen=True)
class Arrival:
    """What the receiving office wrote into its stamp "ĐẾN"."""

    number: str
    day: datetime.date


@dataclass(frozen=True)
class Document:
    """One record before it is set in type."""

    matter: str  #: code of the kind of dossier, "HT-KS"
    abbreviation: str  #: key of `KINDS`, or "" for a form
    kind: str  #: name printed above the subject; "" for a công văn
    parent: tuple[str, ...]
    issuer: tuple[str, ...]  #: no line for a form or a contract
    number: str
    notation: str
    place: str
    day: datetime.date
    subject: str
    addressees: tuple[str, ...]
    blocks: tuple[Block, ...]
    signers: tuple[Signer, ...]  #: right-most last; at most two
    recipients: tuple[str, ...]
    joint: str = "/"  #: between number and notation: "/", in the Party "-", on old papers also " "
    nation: tuple[str, ...] = (NATION, MOTTO)
    plain_day: bool = False  #: days and months without noughts, as before 2005
    decider: str = ""  #: who decides, between subject and "Căn cứ": "CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ AN HÒA"
    urgency: str = ""
    copy_form: str = ""
    circulation: str = ""
    arrival: Arrival | None = None

    @property
    def code(self) -> str:
        """As a registrar writes it: number, "/" (in the Party "-") and notation; "" without a number."""
        joint = "-" if self.joint == "-" else "/"
        return f"{self.number}{joint}{self.notation}" if self.number and self.notation else ""

    @property
    def fields(self) -> dict[str, str]:
        """What a registrar would write down; a value that is not on the paper is ""."""
        return {
            "agency": " ".join(self.issuer),
            "parent": " ".join(self.parent),
            "code": self.code,
            "number": self.number,
            "notation": self.notation,
            "date": self.day.isoformat(),
            "place": self.place,
            "type": self.abbreviation,
            "kind": self.kind or "CÔNG VĂN",
            "subject": self.subject,
            "signer": self.signers[-1].name if self.signers else "",
            "signer_title": self.signers[-1].title[-1] if self.signers and self.signers[-1].title else "",
            "authority": "; ".join(
                line for line in (self.signers[-1].title if self.signers else ()) if line.startswith(POWERS)
            ),
            "addressees": "; ".join(self.addressees),
            "recipients": "; ".join(line.rstrip(";.") for line in self.recipients),
            "urgency": self.urgency,
            "copy_form": self.copy_form,
            "circulation": self.circulation,
            "arrival_number": self.arrival.number if self.arrival else "",
            "arrival_date": self.arrival.day.isoformat() if self.arrival else "",
        }


@functools.cache
def matters() -> Mapping[str, Mapping[str, Any]]:
    """Return the kinds of dossier by file name, as `samples/matters/*.toml` tells them."""
    return {
        path.stem: tomllib.loads(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))
        for path in sorted((HERE / "matters").glob("*.toml"))
    }


@functools.cache
def _laws() -> Mapping[str, tuple[tuple[int, int, str], ...]]:
    text = unicodedata.normalize("NFC", (HERE / "law.toml").read_text(encoding="utf-8"))
    table: dict[str, tuple[tuple[int, int, str], ...]] = {}
    for name, lines in tomllib.loads(text).items():
        rows = [line.split("|") for line in lines.strip().splitlines()]
        table[name] = tuple((int(a), int(b), c.strip()) for a, b, c in rows)
    return table


def compose(
    rng: random.Random, *, matter: str, abbreviation: str, paragraphs: int, table: int = 0
) -> Document:
    """Return an invented record.

    Args:
        rng: where chance comes from; the same state gives the same record.
        matter: a key of `matters()`.
        abbreviation: one of the matter's kinds.
        paragraphs: about how many paragraphs the body has.
        table: rows of the matter's table; 0 for none.
    """
    told = matters()[matter]
    day = datetime.date(rng.randrange(1999, 2025), rng.randrange(1, 13), rng.randrange(1, 29))
    offices = [name for name in told["offices"] if abbreviation != "QĐ" or name in ("xa", "huyen")]
    if abbreviation == "BB" and "xa" in offices:
        offices = ["xa"]
    office = make_office(rng, rng.choice(offices))
    slots = Slots(rng, day=day, office=office.slots)
    text = told["text"]

    def lines(key: str) -> list[str]:
        return str(text[key]).strip().splitlines()

    subjects = str(told["subjects"][abbreviation]).splitlines()
    chosen = rng.choice(subjects)
    subject = chosen.format_map(slots)
    blocks: list[Block] = []
    addressees: tuple[str, ...] = ()
    if abbreviation in ("QĐ", "KH", "TTr", "TB"):
        bases = ["chinh-quyen", *(name for name in told["basis"] if name != "chinh-quyen")]
        blocks += _basis(rng, bases, day, slots, ends="." if abbreviation != "QĐ" else ",")
    if abbreviation == "QĐ":
        blocks += _decision(rng, lines("articles"), subjects.index(chosen), slots)
    elif abbreviation == "BB":
        blocks += _minutes(rng, lines("minutes"), paragraphs, slots, day)
    elif abbreviation == "GM":
        blocks += _invitation(rng, subject, lines("tasks"), slots, day)
    else:
        if abbreviation in ("CV", "TTr"):
            addressees = _addressees(rng, slots, single=abbreviation == "TTr")
        blocks += _prose(rng, abbreviation, lines("situation"), lines("tasks"), paragraphs, slots)
    if table:
        rows = []
        for _ in range(table):
            slots.next_row()
            rows.append(tuple(cell.format_map(slots) for cell in told["table"]["row"]))
        blocks.append(Para(f"{told['table']['title']}:", "body"))
        blocks.append(Table(tuple(told["table"]["columns"]), tuple(rows), tuple(told["table"]["widths"])))
    blocks += [Para(text.format_map(slots)) for text in _closing(rng, abbreviation)]
    number = f"{rng.randrange(1, 2400):02d}"
    notation = f"{abbreviation}-{office.tail}" if abbreviation != "CV" else f"{office.tail}-{office.desk}"
    if abbreviation == "CV" and office.tail != "UBND":
        notation = office.tail
    return Document(
        matter=str(told["code"]),
        abbreviation=abbreviation,
        kind=KINDS[abbreviation],
        parent=office.parent,
        issuer=office.issuer,
        number=number,
        notation=notation,
        place=office.place,
        day=day,
        subject=f"V/v {subject}" if abbreviation == "CV" else subject,
        addressees=addressees,
        blocks=tuple(blocks),
        signers=_signers(rng, abbreviation, office, slots),
        recipients=_recipients(
            rng, abbreviation, slots, office.desk, sum(b.lead != "" for b in blocks if isinstance(b, Para))
        ),
    )


CLOSING = {
    "CV": (
        "Đề nghị quý cơ quan quan tâm, phối hợp thực hiện và trả lời bằng văn bản trước ngày {han}./.",
        "{co_quan} thông tin để quý cơ quan được biết, phối hợp./.",
        "Nhận được công văn này, đề nghị các đơn vị khẩn trương triển khai./.",
    ),
    "BC": (
        "Trên đây là báo cáo của đơn vị, kính trình cấp trên xem xét, cho ý kiến chỉ đạo./.",
        "Xin báo cáo để lãnh đạo biết và chỉ đạo giải quyết tiếp./.",
    ),
    "KH": (
        "Quá trình thực hiện nếu có vướng mắc, các đơn vị phản ánh về Văn phòng để được hướng dẫn./.",
        "Yêu cầu thủ trưởng các cơ quan nghiêm túc thực hiện kế hoạch này./.",
    ),
    "TB": (
        "Vậy thông báo để các cơ quan, đơn vị và nhân dân trên địa bàn được biết, thực hiện./.",
        "Thông báo này được niêm yết tại trụ sở cơ quan và phát trên đài truyền thanh {xa}./.",
    ),
    "TTr": (
        "Kính trình quý cấp xem xét, phê duyệt./.",
        "Kính đề nghị cấp có thẩm quyền xem xét, quyết định./.",
    ),
    "BB": (
        "Biên bản được đọc lại cho mọi người cùng nghe và lập thành 02 bản có giá trị như nhau.",
        "Buổi làm việc kết thúc lúc 11 giờ 30 phút cùng ngày, không ai có ý kiến gì khác.",
    ),
}


def _closing(rng: random.Random, abbreviation: str) -> list[str]:
    return [rng.choice(CLOSING[abbreviation])] if abbreviation in CLOSING else []


def _basis(
    rng: random.Random, names: Iterable[str], day: datetime.date, slots: Slots, *, ends: str
) -> list[Block]:
    found = [law for name in names for a, b, law in _laws()[name] if a <= day.year <= b]
    lines = [f"Căn cứ {law};" for law in found]
    lines.append(
        rng.choice(
            (
                "Xét đề nghị của Trưởng phòng Nội vụ tại Tờ trình số {so}/TTr-NV ngày {ngay}",
                "Xét đề nghị của công chức chuyên môn tại phiếu trình ngày {ngay}",
                "Theo kết luận của Ban Thường vụ tại phiên họp ngày {ngay}",
                "Thực hiện Công văn số {so}/UBND-VP ngày {ngay} của Ủy ban nhân dân {tinh}",
            )
        ).format_map(slots)
        + ends
    )
    return [Para(line, "basis") for line in lines]


IN_FORCE = (
    "Quyết định này có hiệu lực kể từ ngày ký. Các quy định trước đây trái với quyết định này đều bãi bỏ.",
    "Quyết định này có hiệu lực thi hành sau 07 ngày kể từ ngày ký.",
)
CARRIED_OUT = (
    "Chánh Văn phòng, Trưởng phòng Nội vụ, Thủ trưởng các đơn vị liên quan và {ong_ba} {nguoi} chịu trách "
    "nhiệm thi hành quyết định này./.",
    "Công chức Văn phòng - Thống kê, Trưởng các thôn và {ong_ba} {nguoi} căn cứ quyết định thi hành./.",
)


def _decision(rng: random.Random, articles: list[str], subject: int, slots: Slots) -> list[Block]:
    blocks: list[Block] = [Para("QUYẾT ĐỊNH:", "centre")]
    kept = [line[2:] for line in articles if line.startswith(f"{subject + 1}|")]
    shared = [line for line in articles if line[1] != "|"]
    kept += rng.sample(shared, k=min(len(shared), rng.randrange(0, 3)))
    kept += [rng.choice(IN_FORCE), rng.choice(CARRIED_OUT)]
    return blocks + [Para(text.format_map(slots), lead=f"Điều {i}.") for i, text in enumerate(kept, start=1)]


def _minutes(
    rng: random.Random, said: list[str], paragraphs: int, slots: Slots, day: datetime.date
) -> list[Block]:
    hour = rng.randrange(7, 10)
    blocks: list[Block] = [
        Para(
            f"Hôm nay, vào hồi {hour:02d} giờ {rng.choice(('00', '15', '30'))} phút, ngày {spoken(day)}, "
            + "tại hội trường Ủy ban nhân dân {xa}, chúng tôi gồm có:".format_map(slots)
        ),
        Para("I. THÀNH PHẦN THAM DỰ", "heading"),
    ]
    roles = (
        "Phó Chủ tịch Ủy ban nhân dân",
        "công chức Tư pháp - Hộ tịch",
        "Chủ tịch Hội Nông dân",
    )
    for i, role in enumerate(rng.sample(roles, k=2), start=1):
        name, woman = person(rng)
        blocks.append(Para(f"{i}. {'Bà' if woman else 'Ông'} {name}, {role} {slots['xa']};"))
    blocks.append(Para(f"3. Ông {slots['nguoi2']}, Trưởng {slots['thon']}, {slots['xa']}."))
    blocks.append(Para("II. NỘI DUNG", "heading"))
    blocks += [Para(text) for text in _some(rng, said, min(max(paragraphs - 2, 3), len(said)), slots)]
    return blocks


def _invitation(
    rng: random.Random, subject: str, tasks: list[str], slots: Slots, day: datetime.date
) -> list[Block]:
    when = day + datetime.timedelta(days=rng.randrange(3, 9))
    lines = [
        "{co_quan} trân trọng kính mời: Trưởng các ban, ngành, đoàn thể {xa} và ông {nguoi2}.",
        f"Tới dự: {subject}.",
        f"Thời gian: {rng.choice(('07', '08', '14'))} giờ 30 phút, ngày {spoken(when)}.",
        "Địa điểm: Phòng họp số {sl_nho}, trụ sở {co_quan}.",
        "Chủ trì: đồng chí {nguoi}, Phó Chủ tịch Ủy ban nhân dân.",
        "Đề nghị các đơn vị chuẩn bị nội dung sau:",
        *(f"- {task}" for task in rng.sample(tasks, k=3)),
        "Rất mong các đồng chí đến dự đông đủ, đúng thời gian./.",
    ]
    return [Para(line.format_map(slots)) for line in lines]


def _prose(
    rng: random.Random,
    abbreviation: str,
    situation: list[str],
    tasks: list[str],
    paragraphs: int,
    slots: Slots,
) -> list[Block]:
    share = {"BC": 0.65, "TTr": 0.75, "CV": 0.5, "TB": 0.4, "KH": 0.35}[abbreviation]
    first = max(1, round(paragraphs * share))
    told = _some(rng, situation, first, slots)
    wanted = _some(rng, tasks, max(1, paragraphs - first), slots)
    if abbreviation in ("BC", "KH"):
        heads = (
            ("I. ĐẶC ĐIỂM TÌNH HÌNH", "II. NHIỆM VỤ, GIẢI PHÁP")
            if abbreviation == "KH"
            else ("I. KẾT QUẢ THỰC HIỆN", "II. PHƯƠNG HƯỚNG, NHIỆM VỤ")
        )
        return [
            Para(heads[0], "heading"),
            *(Para(f"{i}. {text}") for i, text in enumerate(told, start=1)),
            Para(heads[1], "heading"),
            *(Para(f"- {text}") for text in wanted),
        ]
    ask = {
        "CV": "Để giải quyết dứt điểm, đề nghị quý cơ quan phối hợp một số việc sau:",
        "TB": "Yêu cầu các cơ quan, đơn vị và hộ gia đình có liên quan thực hiện:",
        "TTr": "Từ tình hình trên, kính đề nghị xem xét các nội dung sau:",
    }[abbreviation]
    return [*map(Para, told), Para(ask), *(Para(f"{i}. {text}") for i, text in enumerate(wanted, start=1))]


def _some(rng: random.Random, sentences: list[str], count: int, slots: Slots) -> list[str]:
    """Pick sentences, kept in the order they are told in; more than there are come again with new figures."""
    picked: list[str] = []
    while len(picked) < count:
        k = min(count - len(picked), len(sentences))
        picked += [sentences[i] for i in sorted(rng.sample(range(len(sentences)), k=k))]
    return [text.format_map(slots) for text in picked]


def _addressees(rng: random.Random, slots: Slots, *, single: bool) -> tuple[str, ...]:
    everyone = (
        "Ủy ban nhân dân {huyen}",
        "Ủy ban nhân dân {xa}",
        "Phòng Tài nguyên và Môi trường {huyen}",
        "Phòng Tư pháp {huyen}",
        "Ủy ban nhân dân các xã, thị trấn",
        "Chi nhánh Văn phòng Đăng ký đất đai",
        "Phòng Nội vụ {huyen}",
    )
    if single:
        return (f"Chủ tịch Ủy ban nhân dân {slots['huyen']}",)
    names = [name for name in (line.format_map(slots) for line in everyone) if name != slots["co_quan"]]
    return tuple(rng.sample(names, k=rng.randrange(1, 4)))


def _signers(rng: random.Random, abbreviation: str, office: Office, slots: Slots) -> tuple[Signer, ...]:
    if abbreviation == "BB":
        return (
            Signer(("THƯ KÝ",), person(rng)[0]),
            Signer(("CHỦ TRÌ",), slots["nguoi2"]),
        )
    power = [office.power] if office.power else []
    if rng.random() < 0.55:
        return (Signer((*power, f"KT. {office.head}", office.deputy), person(rng)[0]),)
    return (Signer((*power, office.head), person(rng)[0]),)


def _recipients(
    rng: random.Random, abbreviation: str, slots: Slots, desk: str, articles: int
) -> tuple[str, ...]:
    if abbreviation == "BB":
        return ()
    first = {"QĐ": f"Như Điều {articles};", "CV": "Như trên;", "TTr": "Như trên;"}.get(abbreviation, "")
    pool = [
        "Thường trực Huyện ủy (b/c);",
        "Thường trực HĐND {xa};",
        "Phòng Nội vụ {huyen};",
        "Các thôn thuộc {xa};",
        "Đài Truyền thanh {huyen};",
        "Chủ tịch, các PCT UBND;",
        "Kho bạc Nhà nước {huyen};",
        "Cổng thông tin điện tử {huyen};",
        "Trung tâm Lưu trữ lịch sử {tinh};",
    ]
    picked = [first] if first else []
    picked += [line.format_map(slots) for line in rng.sample(pool, k=rng.randrange(1, 4))]
    return (*picked, f"Lưu: VT, {desk}.")
