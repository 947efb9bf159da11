"""How fast pages are found: 20,000 made pages with the errors of reading in them, on every back end.

    python -m bench.search [--pages 20000] [--whoosh-pages 2000] [--rounds 60] [--json FILE]

Everything is made from one seed: syllables put together from Vietnamese onsets, rimes and tones, drawn as
words of a language are (Zipf), office phrases, names, document numbers; then one word in twenty is misread.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from catalog.access import Scope
from catalog.identifiers import BatchId, DocumentId, FondsId, PageId, UnitId
from index.analysis import fold
from index.entry import PageEntry
from index.query import Query, parse
from index.search_index import SearchIndex
from index.tantivy_index import TantivyIndex
from index.whoosh_index import WhooshIndex

SEED = 45
MISREAD = 0.05
"""Share of words read wrongly; measured on real pages: 5.2 %."""

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăt âm ân âng âp ât âu ây
e em en eo ê êm ên ênh êt êu i ia ich iêm iên iêng iêt iêu im in inh it
o oa oai oan oang oat oc oi om on ong op ot ô ôc ôi ôm ôn ông ôt ơ ơi ơn ơp ơt
u ua uân uât uc ui um un ung uôc uôi uôn uông uy uyên uyêt ư ưa ưc ưi ưng ươc ươi ương ươt y
"""
_TONES = ["", "", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
_PHRASES = [
    "ủy ban nhân dân tỉnh",
    "cộng hòa xã hội chủ nghĩa việt nam",
    "độc lập tự do hạnh phúc",
    "căn cứ luật tổ chức chính quyền địa phương",
    "về việc phê duyệt kế hoạch sử dụng đất",
    "giấy chứng nhận quyền sử dụng đất",
    "quyết định này có hiệu lực kể từ ngày ký",
    "chánh văn phòng và thủ trưởng các đơn vị",
    "kết quả thực hiện nhiệm vụ phát triển kinh tế",
    "hồ sơ địa chính thửa đất số tờ bản đồ số",
]
_FAMILIES = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Lý"]
_LETTERS = "abcdeghiklmnopqrstuvxyáàảạâấêếôốơớưứđ"
_TYPES = ["Quyết định", "Công văn", "Tờ trình", "Báo cáo", "Biên bản", "Thông báo"]


class Language:
    """Made-up Vietnamese, the same for the same seed."""

    def __init__(self, seed: int = SEED) -> None:
        self._chance = random.Random(seed)
        made = {
            with_tone(onset + rime, tone)
            for onset in _ONSETS.split()
            for rime in _RIMES.split()
            for tone in _TONES
        }
        self.syllables = sorted(made)
        self._chance.shuffle(self.syllables)
        self.syllables = self.syllables[:6000]
        self._weights = [1 / (rank + 3) for rank in range(len(self.syllables))]
        self._sums: list[float] = []
        total = 0.0
        for weight in self._weights:
            total += weight
            self._sums.append(total)

    def page(self) -> str:
        """Return one page as the readers give it: 150 to 350 words, one in twenty wrong."""
        chance = self._chance
        words: list[str] = [f"Số: {self.number()}"]
        while len(words) < 30:
            kind = chance.random()
            if kind < 0.35:
                words.append(chance.choice(_PHRASES))
            elif kind < 0.45:
                words.append(self.name())
            else:
                words.append(" ".join(chance.choices(self.syllables, cum_weights=self._sums, k=10)))
        spoken = " ".join(words).split()
        read = [self._misread(word) if chance.random() < MISREAD else word for word in spoken]
        return "\n".join(" ".join(read[at : at + 11]) for at in range(0, len(read), 11))

    def name(self) -> str:
        """Return a person's name."""
        given = self._chance.choices(self.syllables, cum_weights=self._sums, k=2)
        return " ".join([self._chance.choice(_FAMILIES), *(part.capitalize() for part in given)])

    def number(self) -> str:
        """Return the number of a document."""
        return f"{self._chance.randint(1, 4000)}/{self._chance.choice(['QĐ', 'CV', 'TB', 'BC'])}-UBND"

    def _misread(self, word: str) -> str:
        at = self._chance.randrange(len(word))
        kind = self._chance.random()
        if kind < 0.3:
            return fold(word)
        if kind < 0.8:
            return word[:at] + self._chance.choice(_LETTERS) + word[at + 1 :]
        return word[:at] + word[at + 1 :] if len(word) > 1 else word + "."


def with_tone(syllable: str, tone: str) -> str:
    """Return `syllable` with `tone` on its last vowel but one, or its last."""
    vowels = [at for at, letter in enumerate(syllable) if letter in "aăâeêioôơuưy"]
    at = vowels[-2] if len(vowels) > 1 and syllable[-1] in "aeiouy" else vowels[-1]
    return unicodedata.normalize("NFC", syllable[: at + 1] + tone + syllable[at + 1 :])


def entries(count: int, language: Language) -> Iterator[PageEntry]:
    """Yield `count` pages of 40 units, 12 fonds and 30 years."""
    for number in range(count):
        unit = UnitId(f"unit{number % 40:02d}")
        yield PageEntry(
            page=PageId(f"{number:032x}"),
            document=DocumentId(f"d{number // 4:06d}"),
            dossier=None,
            fonds=FondsId(f"fonds{number % 12:02d}"),
            unit=unit,
            batch=BatchId(f"batch{number // 500:03d}"),
            name=f"scan-{number // 4:06d}.pdf",
            number=number % 4 + 1,
            text=language.page(),
            type=_TYPES[number % len(_TYPES)],
            year=1990 + number * 7 % 30,
            readers=frozenset({unit}),
            revision=1,
        )


def questions(pages: list[PageEntry], chance: random.Random) -> dict[str, Callable[[], Query]]:
    """Return, by name, makers of questions; most are made of words that stand on some page."""

    def span(size: int) -> list[str]:
        while True:
            words = chance.choice(pages).text.split()
            at = chance.randrange(len(words) - size)
            if all(word.isalpha() for word in words[at : at + size]):
                return words[at : at + size]

    def misspelt() -> str:
        while True:
            words = span(3)
            at = chance.randrange(3)
            if len(words[at]) >= 4:
                words[at] = words[at][:-2] + chance.choice("bkqxz") + words[at][-1]
                return " ".join(words)

    def one_long() -> str:
        while True:
            word = fold(span(1)[0])
            if len(word) >= 5:
                return word[:2] + chance.choice("bkqxz") + word[3:]

    return {
        "phrase, rare (4 words of a page)": lambda: parse(" ".join(span(4))),
        "phrase, common": lambda: parse(chance.choice(_PHRASES)),
        "phrase in quotes": lambda: parse(f'"{chance.choice(_PHRASES)}"'),
        "folded, rare (4 words)": lambda: parse(fold(" ".join(span(4)))),
        "folded, common": lambda: parse(fold(chance.choice(_PHRASES))),
        "fuzzy, one word": lambda: parse(one_long()),
        "fuzzy, one of three words wrong": lambda: parse(misspelt()),
        "filtered (unit, type, year)": lambda: parse(
            " ".join(span(2)),
            unit={f"unit{chance.randrange(40):02d}"},
            type={chance.choice(_TYPES)},
            year=(1995, 2010),
        ),
        "filtered, common phrase": lambda: parse(chance.choice(_PHRASES), year=(1995, 2010)),
        "number": lambda: parse(f"{chance.randint(1, 4000)}/QĐ-UBND"),
        "prefix": lambda: parse(f"{fold(span(1)[0])[:3]}*"),
        "one common word": lambda: parse("dat"),
        "no words (browse)": lambda: parse(""),
    }


def measure(name: str, index: SearchIndex, pages: list[PageEntry], rounds: int) -> list[dict[str, object]]:
    """Return one row for each kind of question: times in ms with facets and 20 snippets."""
    everything = Scope(actor="bench", user=None, units=frozenset(), everywhere=True)
    some = Scope(actor="bench", user=None, units=frozenset(UnitId(f"unit{n:02d}") for n in range(20)))
    rows: list[dict[str, object]] = []
    for question, make in questions(pages, random.Random(SEED)).items():
        for who, scope in (("all", everything), ("half", some)):
            times: list[float] = []
            works: list[float] = []
            totals = 0
            for _ in range(rounds):
                query = make()
                begun, worked = time.perf_counter(), time.thread_time()
                found = index.search(query, scope=scope, limit=20)
                times.append((time.perf_counter() - begun) * 1000)
                works.append((time.thread_time() - worked) * 1000)
                totals += found.total
            rows.append(_row(name, question, who, times, works, totals // rounds))
    words = [word for page in pages[:rounds] for word in page.text.split()[5:6] if word.isalpha()]
    for who, scope in (("all", everything), ("half", some)):
        times, works = [], []
        for word in words:
            begun, worked = time.perf_counter(), time.thread_time()
            index.suggest(f"ủy {fold(word)[:2]}", scope=scope)
            index.suggest(fold(word)[:2], scope=scope)
            times.append((time.perf_counter() - begun) * 500)
            works.append((time.thread_time() - worked) * 500)
        rows.append(_row(name, "suggestion", who, times, works, 0))
    return rows


def _row(
    name: str, question: str, who: str, times: list[float], works: list[float], hits: int
) -> dict[str, object]:
    def at(share: float, values: list[float]) -> float:
        return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 2)

    row: dict[str, object] = {
        "engine": name,
        "question": question,
        "scope": who,
        "hits": hits,
        "p50": at(0.5, times),
        "p95": at(0.95, times),
        "max": at(1, times),
        "cpu_p50": at(0.5, works),  # what the machine's other work does not change much
        "cpu_p95": at(0.95, works),
    }
    print("| " + " | ".join(str(value) for value in row.values()) + " |", flush=True)
    return row


def main(arguments: list[str]) -> int:
    """Build both back ends, ask them, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--whoosh-pages", type=int, default=2_000, help="0: leave Whoosh out")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--whoosh-rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args(arguments)
    pages = list(entries(chosen.pages, Language()))
    vocabulary = len({word for page in pages for word in page.text.lower().split()})
    characters = sum(len(page.text) for page in pages) // len(pages)
    print(f"{len(pages):,} pages, {characters:,} characters each, {vocabulary:,} different words\n")
    results: list[dict[str, object]] = []
    print("| engine | question | scope | hits | p50 ms | p95 ms | max ms | CPU p50 | CPU p95 |")
    print("|---" * 9 + "|")
    with tempfile.TemporaryDirectory() as folder:
        engines: list[tuple[str, int, int, Callable[[Path], SearchIndex]]] = [
            ("tantivy", chosen.pages, chosen.rounds, lambda at: TantivyIndex(at, create=True)),
            ("Whoosh", chosen.whoosh_pages, chosen.whoosh_rounds, lambda at: WhooshIndex(at, create=True)),
        ]
        for name, count, rounds, make in engines:
            if not count:
                continue
            at = Path(folder) / name
            index = make(at)
            begun = time.perf_counter()
            for start in range(0, count, 1000):
                index.apply(pages[start : min(start + 1000, count)], [], start)
            seconds = time.perf_counter() - begun
            size = sum(file.stat().st_size for file in at.rglob("*") if file.is_file()) / 2**20
            begun = time.perf_counter()
            for page in pages[: min(5, count)]:
                index.apply([page], [], count)
            commit = (time.perf_counter() - begun) * 200
            results.extend(measure(name, index, pages[:count], rounds))
            summary = {
                "engine": name,
                "pages": count,
                "docs_per_s": round(count / seconds),
                "MB": round(size, 1),
                "commit_ms": round(commit),
            }
            results.append(summary)
            print(f"{name}: {json.dumps(summary)}", flush=True)
            index.close()
    if chosen.json:
        chosen.json.write_text(json.dumps(results, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
