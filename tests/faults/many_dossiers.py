"""Many small dossiers in an archive within seconds: entered whole, without a scan being read.

Each has two documents of one page: a picture of its own, the words on it, its PDF/A and page description.
What the pipeline makes of real scans is other tests' business; here it is how many there are.
"""

import io
from datetime import UTC, date, datetime

import pikepdf
from PIL import Image, ImageDraw

from catalog import fonds as fonds_register
from catalog import taken_over
from catalog import unit as units
from catalog.identifiers import DossierId, ObjectKey
from catalog.reading import Line, Reading, Word, to_bytes
from catalog.taken_over import Kept, TakenDocument, TakenDossier, TakenFile, TakenPage
from luutru.bootstrap import Archive
from paper.alto import alto

AT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
WORDS = ("QUYẾT", "ĐỊNH", "Về", "việc", "công", "nhận", "quyền", "sử", "dụng", "đất", "hộ", "bà", "Hòa")
GIVER, RECEIVER = "UBND xã Tân Hòa", "UBND xã Tân An Hội"


def name_units(archive: Archive) -> None:
    """Enter both offices; each installation knows both by name and code."""
    with archive.register.write() as conn:
        for name, code in ((GIVER, "H49.64.33"), (RECEIVER, "H49.64.34")):
            units.add(conn, archive.system, name, code=code)


def fill(archive: Archive, count: int) -> list[DossierId]:
    """Enter `count` dossiers of the giver, signed off; return them."""
    with archive.register.write() as conn:
        giver = units.find(conn, archive.system, GIVER)
        of = fonds_register.add(conn, archive.system, "TANHOA", title="Phông UBND xã Tân Hòa", unit=giver.id)
    made = []
    for number in range(1, count + 1):
        documents = [_document(archive, number, each) for each in (1, 2)]
        dossier = TakenDossier(
            came_as=f"{number:032x}",
            fonds=of,
            box=f"Hộp {1 + number // 20:02d}",
            columns={
                "label": f"HS {number}",
                "code": f"H49.64.33.2001.{number}",
                "title": f"Tập tờ khai đăng ký năm 2001, quyển {number}",
                "place": "Kho 1",
                "date_from": date(2001, 1, 2),
                "date_to": date(2001, 12, 28),
                "retention": "Vĩnh viễn",
                "retention_code": "01",
                "retention_rule": "1",
                "retention_source": "TT 10/2022/TT-BNV",
                "retention_state": "decided",
                "physical_state": "01",
                "state": "signed-off",
                "signed_by": "quantri",
                "signed_at": AT,
            },
            files=[file for _document_, file, _kept in documents],
            documents=[document for document, _file, _kept in documents],
            keys=[],
            objects=[one for _document_, _file, kept in documents for one in kept],
        )
        with archive.register.write() as conn:
            batch = taken_over.batch_for(conn, archive.system, of, "fill", "Đợt 1")
            made.append(
                taken_over.enter(
                    conn,
                    archive.system,
                    dossier,
                    batch=batch,
                    origin="fill",
                    authority=giver.id,
                    keeper=giver.id,
                    instrument=None,
                )
            )
    return made


def _document(archive: Archive, number: int, each: int) -> tuple[TakenDocument, TakenFile, tuple[Kept, ...]]:
    name = f"{number}-{each}"
    picture = Image.new("L", (620, 300), 250)
    ImageDraw.Draw(picture).text((20, 20), f"TO KHAI {name}", fill=0)
    scan = io.BytesIO()
    picture.save(scan, "JPEG", quality=80, dpi=(150, 150))
    words = tuple(
        Word(text, (20 + 40 * at, 20, 55 + 40 * at, 40), 0.97, at % 5 != 0)
        for at, text in enumerate((*WORDS, name))
    )
    reading = Reading((Line(words, (20, 20, 600, 40)),), 620, 300, 150, 0, 0.0, {"truth": "1"})
    pdf = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(297, 144))
        made.docinfo["/Title"] = name
        made.save(pdf, deterministic_id=True)
    told = alto(reading, page_number=1, image_name="1", made_at=AT)
    kept = {
        kind: archive.store.put(io.BytesIO(data))
        for kind, data in (
            ("master", scan.getvalue()),
            ("pdfa", pdf.getvalue()),
            ("alto", told),
            ("reading", to_bytes(reading)),
        )
    }
    file = TakenFile(
        f"file-{name}",
        {"path": f"{name}.jpg", "size": kept["master"].size, "media_type": "image/jpeg", "signed": False},
        ObjectKey(kept["master"].key),
    )
    page = TakenPage(
        came_as=f"page-{name}",
        file=file.came_as,
        columns={
            "image_index": 0,
            "part": 0,
            "state": "read",
            "width": 620,
            "height": 300,
            "dpi": 150,
            "rotation": 0,
            "embedded": True,
            "skew": 0.0,
            "blur": 1.0,
            "contrast": 0.5,
            "flags": ["below-200-dpi"],
            "set_apart": None,
            "sheet": each,
            "side": 1,
        },
        reading={
            "source": "machine",
            "actor": "luutru",
            "made_at": AT,
            "engines": {"truth": "1"},
            "settings_hash": "truth",
            "mean_confidence": reading.mean_confidence,
            "agreed_share": reading.agreed_share,
            "words": len(reading.words),
            "degraded": False,
            "object_key": kept["reading"].key,
        },
        alto=ObjectKey(kept["alto"].key),
    )
    values = [
        {
            "name": field,
            "value": value,
            "confidence": 0.97,
            "evidence": [[f"page-{name}", 20, 20, 55, 40]],
            "alternatives": [],
            "asked": False,
            "source": "machine",
            "actor": "luutru",
            "made_at": AT,
        }
        for field, value in (
            ("type", "Quyết định"),
            ("date", "2001-06-15"),
            ("issuer", GIVER),
            ("subject", f"Công nhận quyền sử dụng đất {name}"),
        )
    ]
    document = TakenDocument(
        came_as=f"document-{name}",
        file=file.came_as,
        columns={
            "name": f"{name}.jpg",
            "title": f"Quyết định: Công nhận quyền sử dụng đất {name}",
            "type": "Quyết định",
            "year": 2001,
            "ordinal": each,
        },
        pdf=ObjectKey(kept["pdfa"].key),
        pages=[page],
        values=values,
        keys=[],
    )
    listed = tuple(Kept(ObjectKey(one.key), one.size, kind) for kind, one in kept.items())
    return document, file, listed
