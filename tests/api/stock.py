"""A small archive with invented records, taken in by the real pipeline; only the engines' part is played.

The readings are the exact truth of the pages that `samples` sets in type, so no engine has to be waited for.
"""

import io
import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import img2pdf
import numpy as np
from PIL import Image

from catalog import dossier, fonds, people, unit, work
from catalog import page as pages
from catalog.access import Role
from catalog.identifiers import BatchId, DossierId, SourceFileId, UnitId
from catalog.page import Finding
from catalog.reading import Line, Reading, Word, to_bytes
from catalog.scan import Pixels
from ingest.receive import enter
from luutru import binding, describing, indexing, pipeline
from luutru.bootstrap import FIRST_ADMINISTRATOR, Archive, open_archive, set_up
from luutru.settings import Settings
from samples.content import compose
from samples.draw import paint
from samples.layout import Sheet, typeset

DPI = 150
PASSWORD = "mot cau dai de nho"


@dataclass(frozen=True)
class Leaf:
    """One page to be taken in: its picture and what is to be read off it."""

    pixels: Pixels
    reading: Reading | None  #: None: blank


@dataclass(frozen=True)
class Stock:
    """The archive and what is in it."""

    archive: Archive
    settings: Settings
    batch: BatchId
    an_lac: UnitId
    ha_tu: UnitId
    paper: DossierId  #: on paper only
    restricted: DossierId  #: access mode 02
    words: str  #: three words in a row of the first page


def make(home: Path, *, stocked: bool = True) -> Stock:
    """Return an archive in `home` with people, and with records where it is `stocked`.

    People, all with `PASSWORD`: quantri (administrator), lan (archivist of An Lạc), minh (reader of An Lạc),
    tam (reader of Hà Tu, where nothing was taken in).
    """
    settings = settings_of(home)
    set_up(settings)
    archive = open_archive(settings)
    system = archive.system
    with archive.register.write() as conn:
        an_lac = unit.add(conn, system, "UBND xã An Lạc", code="H49.64.33").id
        ha_tu = unit.add(conn, system, "UBND phường Hà Tu").id
        first = people.find(conn, system, FIRST_ADMINISTRATOR).id
        once = people.reset_password(conn, system, first)
        people.change_password(conn, people.find(conn, system, FIRST_ADMINISTRATOR).scope, once, PASSWORD)
        for name, role, place in (
            ("lan", Role.ARCHIVIST, an_lac),
            ("minh", Role.READER, an_lac),
            ("tam", Role.READER, ha_tu),
        ):
            identifier, once = people.add(conn, system, name, full_name=name.title())
            people.grant(conn, system, identifier, role, place)
            people.change_password(conn, people.find(conn, system, name).scope, once, PASSWORD)
        anlac = fonds.add(conn, system, "ANLAC", title="Phông UBND xã An Lạc", unit=an_lac)
        fonds.add(conn, system, "HATU", title="Phông UBND phường Hà Tu", unit=ha_tu)
        box = dossier.box(conn, system, anlac.id, "Hộp 12")
        paper = dossier.add(
            conn,
            system,
            anlac,
            "HS 45",
            box=box,
            title="Hồ sơ giải quyết đơn của ông Nguyễn Văn Thuỳ về thửa đất số 218",
            place="Kho 2, giá 4",
            date_from=date(1997, 3, 1),
            date_to=date(1998, 11, 30),
            paper_only=True,
        )
        restricted = dossier.add(
            conn, system, anlac, "HS 46", box=box, title="Hồ sơ xin việc", access_mode="02"
        )
        _name, index = archive.generations.begin()
        archive.generations.switch(_name)
        index.close()
    stock = Stock(archive, settings, BatchId(""), an_lac, ha_tu, paper, restricted, "")
    return _filled(stock) if stocked else stock


def copied(made: Stock, home: Path) -> Stock:
    """Return the same archive in another home: making one takes a second."""
    shutil.copytree(made.archive.home, home)
    settings = settings_of(home)
    return replace(made, archive=open_archive(settings), settings=settings)


def settings_of(home: Path) -> Settings:
    """Return the settings of an embedded archive in `home`."""
    return Settings(
        home=home, database_url=f"sqlite:///{home / 'register.db'}", quay=home / "quay", index=home / "index"
    )


def sheets(seed: int, *, matter: str, abbreviation: str, paragraphs: int = 14) -> list[Leaf]:
    """Return an invented record, page by page, with the exact truth as its reading."""
    rng = random.Random(seed)
    document = compose(rng, matter=matter, abbreviation=abbreviation, paragraphs=paragraphs)
    return [
        Leaf(paint(sheet, rng=rng, seal=number == 0), reading_of(sheet))
        for number, sheet in enumerate(typeset(document, dpi=DPI))
    ]


def reading_of(sheet: Sheet) -> Reading:
    """Return the truth of a page as a reading; every ninth word is one on which the readers differ."""
    count = 0
    lines = []
    for line in sheet.true_lines():
        words = []
        for word in line.words:
            count += 1
            words.append(Word(word.text, word.box, 0.97 if count % 9 else 0.52, bool(count % 9)))
        lines.append(Line(tuple(words), line.box))
    return Reading(tuple(lines), sheet.width, sheet.height, DPI, 0, 0.0, {"truth": "1"})


def turned(leaf: Leaf) -> Leaf:
    """Return the page as a scanner leaves it that was fed sideways: to be turned by 90 degrees clockwise."""
    assert leaf.reading is not None
    width, height = leaf.reading.width, leaf.reading.height

    def box(old: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        x0, y0, x1, y1 = old
        return y0, width - x1, y1, width - x0

    lines = tuple(
        Line(tuple(Word(w.text, box(w.box), w.confidence, w.agreed) for w in line.words), box(line.box))
        for line in leaf.reading.lines
    )
    pixels = np.ascontiguousarray(np.rot90(leaf.pixels, k=1))
    return Leaf(pixels, Reading(lines, height, width, DPI, 90, 0.0, {"truth": "1"}))


def as_pdf(leaves: Sequence[Leaf]) -> bytes:
    """Return the pages as a scanner's PDF."""
    return bytes(img2pdf.convert([as_jpeg(leaf) for leaf in leaves], dpi=DPI))


def as_jpeg(leaf: Leaf) -> bytes:
    """Return the page as JPEG."""
    data = io.BytesIO()
    Image.fromarray(leaf.pixels).save(data, "JPEG", quality=85, dpi=(DPI, DPI))
    return data.getvalue()


def blank() -> Leaf:
    """Return an empty sheet."""
    return Leaf(np.full((1286, 909, 3), 250, np.uint8), None)


def _filled(stock: Stock) -> Stock:
    archive, system = stock.archive, stock.archive.system
    letter = [*sheets(3, matter="khieu-nai", abbreviation="QĐ"), blank()]
    report = sheets(5, matter="kinh-te-xa-hoi", abbreviation="BC", paragraphs=40)
    side = [turned(sheets(8, matter="khai-sinh", abbreviation="CV", paragraphs=6)[0])]
    files: Mapping[str, tuple[bytes, Sequence[Leaf], str | None]] = {
        "Hộp 12/HS 1/quyet-dinh.pdf": (as_pdf(letter), letter, "HS 1"),
        "Hộp 12/HS 1/bao-cao.pdf": (as_pdf(report), report, "HS 1"),
        "Hộp 12/HS 46/cong-van.jpg": (as_jpeg(side[0]), side, "HS 46"),
        "Hộp 12/HS 2/hong.pdf": (b"%PDF-1.4\n not a file at all", [], "HS 2"),
        "Hộp 12/HS 2/thu.txt": ("chữ thường".encode(), [], "HS 2"),
    }
    with archive.register.write() as conn:
        anlac = fonds.find(conn, system, "ANLAC")
        from catalog import batch as batches

        scope = people.find(conn, system, "lan").scope
        batch = batches.create(conn, scope, "Hộp 12, đợt 1", anlac, origin="upload:Hộp 12, đợt 1")
        found = batches.find(conn, scope, batch)
    told = {}
    for path, (data, leaves, label) in files.items():
        landed = archive.quay.land(io.BytesIO(data), limit_bytes=1 << 30)
        received = enter(
            landed,
            origin=f"upload:Hộp 12, đợt 1/{path}",
            path=path,
            box="Hộp 12",
            dossier_label=label,
            register=archive.register,
            scope=scope,
            quay=archive.quay,
            batch=found,
            fonds=anlac,
        )
        told[received.source_file] = leaves
    with archive.register.write() as conn:
        batches.close(conn, scope, batch)
    work_through(archive, told)
    first = letter[0].reading
    assert first is not None
    line = max(first.lines, key=lambda each: len(each.words))
    return Stock(
        archive,
        stock.settings,
        batch,
        stock.an_lac,
        stock.ha_tu,
        stock.paper,
        stock.restricted,
        " ".join(word.text for word in line.words[2:5]),
    )


def work_through(archive: Archive, told: Mapping[SourceFileId | None, Sequence[Leaf]]) -> None:
    """Do what the ledger asks for, as the worker does; readings come from `told`, by source file."""
    while True:
        with archive.register.write() as conn:
            claim = work.claim(conn, archive.system, owner="test")
        if claim is None:
            break
        match claim.stage:
            case work.Stage.OPEN:
                pipeline.open_source_file(archive, claim)
            case work.Stage.LOOK:
                wanted = pipeline.start_looking(archive, claim)
                leaf = told[wanted.source_file][wanted.image_index]
                pipeline.record_look(archive, claim, _looked(leaf))
            case work.Stage.ADMIT:
                pipeline.admit_source_file(archive, claim)
            case work.Stage.DESCRIBE:
                asked, document = describing.start_describing(archive, claim)
                describing.record_description(archive, claim, document, describing.describe_pages(asked))
            case work.Stage.BIND:
                with binding.binding_order(archive, claim) as (order, found):
                    binding.bind_pages(order)
                    binding.record_binding(archive, claim, order, found)
    name, index = archive.generations.open_current()
    while indexing.index_changes(archive, index, name):
        pass
    index.close()


def _looked(leaf: Leaf) -> pipeline.Looked:
    height, width = leaf.pixels.shape[:2]
    if leaf.reading is None:
        return pipeline.Looked(Finding("blank", width, height, DPI, 0, True, 0.0, 1.0, 0.0), None, "")
    finding = Finding(
        "read", width, height, DPI, leaf.reading.rotation, True, 0.0, 1.0, 0.5, flags=("below-200-dpi",)
    )
    return pipeline.Looked(finding, to_bytes(leaf.reading), "truth")


__all__ = ["DPI", "PASSWORD", "Leaf", "Stock", "as_jpeg", "as_pdf", "blank", "make", "pages", "sheets"]
