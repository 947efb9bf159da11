"""Made-up dossiers to start learning from: what offices write (`data/wording/`), put together by chance.

They let the service be of use before a single dossier of the archive was confirmed. Every line belongs to one
of `FOLDS` parts, so that a model can be tried on wording it has never seen.
"""

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from classify.dossier_evidence import Evidence, Labelled, Paper
from classify.dossier_noise import noised_evidence
from classify.dossier_taxonomy import DATA, MIXED, load, taxonomy
from classify.dossier_words import folded

FOLDS = 3
"""Parts that the wording is dealt into."""

LISTS = ("titles", "papers", "text", "terms", "scenes")

_WRITTEN = ("ho-tich-chung-thuc", "dat-dai-xay-dung", "xa-hoi-don-thu", "bo-may")

_VAGUE = (
    "Hồ sơ năm {nam}", "Tài liệu khác", "Giấy tờ linh tinh năm {nam}", "Hộp {so}", "Cặp số {so}", "Bó {so}",
    "Tài liệu rời chưa phân loại", "Hồ sơ các loại của xã {xa}", "Túi giấy tờ không tên",
    "Tài liệu tổng hợp nhiều lĩnh vực", "Hồ sơ chưa rõ nội dung", "Giấy tờ lẫn lộn của nhiều việc",
    "Hồ sơ của {ong_ba} {nguoi}", "Gói tài liệu {thon}", "",
)  # fmt: skip
_PLAIN_PAPERS = (
    "Đơn", "Đơn", "Biên bản", "Biên bản", "Giấy xác nhận", "Công văn", "Báo cáo", "Danh sách", "Quyết định",
    "Sổ", "Tờ trình", "Thông báo", "Phiếu", "Giấy", "Bản khai", "Kế hoạch", "Bảng kê", "Hợp đồng",
    "Văn bản", "",
)  # fmt: skip
HIDDEN = 0.5
"""Share of made-up dossiers that never name their kind: half of what clerks write does not."""

_LABELS = ("Hộp {so}", "HS {so}", "Cặp {so} - năm {nam}", "{so}", "Hồ sơ số {so}", "xã {xa}", "")

_IN_CAPITALS = "^"

Chooser = Callable[[str, str], Sequence[str]]
"""Lines of a kind that may be used: (code, list) to lines."""


@cache
def wording() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the lines by kind of dossier and list."""
    more, scenes = load("wording/more"), load("wording/scenes")
    return {
        code: {
            **{name: tuple(said[name].strip().splitlines()) for name in ("titles", "papers", "text")},
            "terms": (*said["terms"].strip().split("|"), *more[code].split("|")),
            "scenes": tuple(scenes[code].split("|")),
        }
        for file in _WRITTEN
        for code, said in load(f"wording/{file}").items()
    }


@cache
def gaps() -> Mapping[str, tuple[str, ...]]:
    """Return what fills the gaps, and the frames around loose terms."""
    return {
        name: tuple(said.strip().split("\n" if name == "common" else "|"))
        for name, said in load("wording/gaps").items()
    }


def wording_digest() -> str:
    """Return the SHA-256 of all that examples are made from and phrases are looked for."""
    found = hashlib.sha256()
    for path in sorted((DATA / "wording").glob("*.toml")):
        found.update(path.read_bytes())
    found.update((DATA / "dossier-types.toml").read_bytes())
    return found.hexdigest()


def all_lines(code: str, name: str) -> Sequence[str]:
    """Choose from everything."""
    return wording()[code][name]


def in_fold(fold: int, *, inside: bool) -> Chooser:
    """Choose only from the lines of one part, or (not `inside`) only from the others."""

    def choose(code: str, name: str) -> Sequence[str]:
        lines = wording()[code][name]
        # Dealt by their own digest: the order of the file says nothing.
        return [line for line in lines if (_part(line) == fold) is inside] or lines[:1]

    return choose


def _part(line: str) -> int:
    return hashlib.sha256(line.encode()).digest()[0] % FOLDS


class _Slots(dict[str, str]):
    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._rng = rng
        self["nguoi"], self["nguoi2"], self["tre"] = (self._name() for _ in range(3))
        self["nam"] = str(rng.randrange(1976, 2025))
        self["xa"], self["huyen"], self["thon"] = (rng.choice(gaps()[key]) for key in ("xa", "huyen", "thon"))
        self["cong_trinh"] = rng.choice(gaps()["cong_trinh"])
        self["ong_ba"] = rng.choice(("ông", "bà"))

    def _name(self) -> str:
        return " ".join(self._rng.choice(gaps()[key]) for key in ("ho", "dem", "ten"))

    def __missing__(self, key: str) -> str:
        rng = self._rng
        ways: dict[str, Callable[[], str]] = {
            "so": lambda: str(rng.randrange(1, 2400)),
            "thua": lambda: str(rng.randrange(1, 990)),
            "trang": lambda: str(rng.randrange(1, 199)),
            "to": lambda: str(rng.randrange(1, 64)),
            "dt": lambda: f"{rng.randrange(60, 9000)},{rng.randrange(10)}",
            "tien": lambda: f"{rng.randrange(1, 990)}.{rng.randrange(100, 999)}.000",
            "quyen": lambda: f"{rng.randrange(1, 9):02d}/{rng.randrange(1980, 2024)}",
            "quy": lambda: rng.choice(("I", "II", "III", "IV")),
            "phathanh": lambda: f"{rng.choice('ABCĐ')}{rng.choice('ABCDE')} {rng.randrange(100000, 999999)}",
            "ngay": lambda: (
                f"{rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}/{rng.randrange(1980, 2025)}"
            ),
            "ma": lambda: (
                f"000.00.{rng.randrange(10, 99)}.H{rng.randrange(10, 63)}-"
                f"{rng.randrange(190101, 241231)}-{rng.randrange(1, 9999):04d}"
            ),
            "thutuc": lambda: f"{rng.randrange(1, 3)}.{rng.randrange(1000, 13000):06d}",
        }
        return ways[key]()


def veiled(choose: Chooser) -> Chooser:
    """Choose as `choose` does, but no line that holds a phrase of the rules for its own kind."""

    @cache
    def chosen(code: str, name: str) -> Sequence[str]:
        own = [f" {phrase.words} " for phrase in taxonomy().types[code].phrases]
        lines = choose(code, name)
        return [line for line in lines if not any(phrase in f" {folded(line)} " for phrase in own)]

    return chosen


def example(
    code: str, rng: random.Random, choose: Chooser = all_lines, *, hidden: Chooser | None = None
) -> Labelled:
    """Return one made-up dossier of a kind (or of `MIXED`); with `hidden`, one that never names its kind."""
    if code == MIXED:
        return Labelled(_mixed(rng, choose), MIXED)
    if hidden is not None:
        return Labelled(_told_in_scenes(code, rng, hidden), code)
    slots = _Slots(rng)
    told = rng.random()
    title = "" if told < 0.06 else rng.choice(_VAGUE) if told < 0.14 else _title(code, rng, choose)
    label = rng.choice(_LABELS) if rng.random() < 0.7 else _title(code, rng, choose)
    least = 0 if title and title not in _VAGUE else 2
    papers = _papers(code, rng, choose, rng.choice((least, 1, 2, 2, 3, 4, 6)))
    return Labelled(_filled(title, label, papers, slots), code)


def examples(
    each: int, seed: int, choose: Chooser = all_lines, *, noise: Sequence[float] = (0.0, 0.0, 0.08, 0.2)
) -> Iterable[Labelled]:
    """Yield `each` dossiers of every kind and twice as many mixed ones; noise is picked from `noise`."""
    rng = random.Random(seed)  # noqa: S311 (seeded chance, so that a model can be made again)
    hidden = veiled(choose)
    for code in (*taxonomy().codes, *(MIXED,) * 2):
        for _ in range(each):
            one = example(code, rng, choose, hidden=hidden if rng.random() < HIDDEN else None)
            level = rng.choice(noise)
            yield Labelled(noised_evidence(one.evidence, rng, level=level), code) if level else one


def _title(code: str, rng: random.Random, choose: Chooser) -> str:
    if rng.random() < 0.5:
        return rng.choice(choose(code, "titles"))
    return _framed("title_frames", code, rng, choose)


def _framed(frames: str, code: str, rng: random.Random, choose: Chooser) -> str:
    terms = choose(code, "terms")
    said = rng.choice(gaps()[frames]).replace("{t}", rng.choice(terms)).replace("{t2}", rng.choice(terms))
    return said[:1].upper() + said[1:]


def _papers(code: str, rng: random.Random, choose: Chooser, count: int) -> list[tuple[str, str, str]]:
    found = []
    for _ in range(count):
        if rng.random() < 0.65:
            kind, _, subject = rng.choice(choose(code, "papers")).partition("|")
        else:
            kind, _, subject = _framed("paper_frames", code, rng, choose).partition(";")
        lines = [rng.choice(gaps()["common"]) for _ in range(rng.randrange(0, 4))]
        if rng.random() < 0.5:
            lines.append(f"{_IN_CAPITALS}{kind} {subject}")
        for _ in range(rng.randrange(0, 5)):
            known = rng.random() < 0.7
            lines.append(
                rng.choice(choose(code, "text")) if known else _framed("text_frames", code, rng, choose)
            )
        found.append((kind, subject if rng.random() < 0.85 else "", "\n".join(lines)))
    return found


def _told_in_scenes(code: str, rng: random.Random, choose: Chooser) -> Evidence:
    """A dossier whose title and papers tell what happened and never call it by its name."""

    def scene() -> str:
        lists = [lines for name in ("scenes", "scenes", "terms", "text") if (lines := choose(code, name))]
        return rng.choice(rng.choice(lists)) if lists else rng.choice(choose(code, "scenes") or ("",))

    def short() -> str:
        lists = [lines for name in ("scenes", "scenes", "terms") if (lines := choose(code, name))]
        return rng.choice(rng.choice(lists)) if lists else ""

    told = rng.random()
    if told < 0.08:
        title = rng.choice(_VAGUE)
    elif told < 0.3 and choose(code, "titles"):
        title = rng.choice(choose(code, "titles"))
    else:
        title = rng.choice(gaps()["title_frames"]).replace("{t}", short()).replace("{t2}", short())
    papers = []
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        known = choose(code, "papers")
        if known and rng.random() < 0.3:
            kind, _, subject = rng.choice(known).partition("|")
        else:
            kind, subject = rng.choice(_PLAIN_PAPERS), short()
        lines = [rng.choice(gaps()["common"]) for _ in range(rng.randrange(0, 3))]
        for _ in range(rng.randrange(1, 4)):
            lines.append(
                rng.choice((", ", ". ", "; ", " và ", ", nên ")).join(
                    scene() for _ in range(rng.randrange(1, 4))
                )
            )
        papers.append((kind, subject if rng.random() < 0.85 else "", "\n".join(lines)))
    label = rng.choice(_LABELS) if rng.random() < 0.8 else short()
    return _filled(title, label, papers, _Slots(rng))


def _mixed(rng: random.Random, choose: Chooser) -> Evidence:
    """Two or more kinds in one folder without a title that says so, or nothing that says anything."""
    slots = _Slots(rng)
    title = rng.choice(_VAGUE)
    codes = rng.sample(taxonomy().codes, k=rng.choice((0, 2, 2, 3, 3, 4)))
    papers = [paper for code in codes for paper in _papers(code, rng, choose, rng.choice((1, 1, 2)))]
    rng.shuffle(papers)
    if not codes:
        papers = [
            (
                rng.choice(("Đơn", "Giấy mời", "Công văn", "")),
                "",
                "\n".join(rng.sample(gaps()["common"], k=3)),
            )
            for _ in range(rng.randrange(0, 3))
        ]
    elif rng.random() < 0.3:
        title = " và ".join(_title(code, rng, choose) for code in codes[:2])
    return _filled(title, rng.choice(_LABELS), papers, slots)


def _filled(title: str, label: str, papers: Iterable[tuple[str, str, str]], slots: _Slots) -> Evidence:
    return Evidence(
        title.format_map(slots),
        (filled,) if (filled := label.format_map(slots)) else (),
        tuple(Paper(*(_said(part.format_map(slots)) for part in paper)) for paper in papers),
    )


def _said(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(line[1:].upper() if line.startswith(_IN_CAPITALS) else line for line in lines)
