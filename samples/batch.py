"""A whole batch: boxes, dossiers and files as a closing district hands them in, with its truth."""

import random
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from samples import packing
from samples.content import matters
from samples.layout import Sheet, typeset
from samples.pages import WITH_TABLE, SamplePage, blank_page, invent, make_pages, scan_document
from samples.truth import TrueFile, TruePage, Truth

__all__ = ["SamplePage", "Size", "make_batch", "make_pages"]

Size = Literal["small", "full"]

DIGITAL_DPI = 300
"""The dpi whose pixels the boxes of a born-digital page are given in: what such pages are rendered at."""


def make_batch(folder: Path, *, seed: int, size: Size) -> Truth:
    """Write a batch into `folder` (made where it is missing) and return what stands in it.

    The same seed and size give the same bytes, on the same fonts and libraries. The truth is written as
    JSON beside the folder too: `<folder>.truth.json`.

    Raises:
        FileExistsError: the folder is not empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; a sample batch wants a folder of its own")
    maker = _Maker(folder, random.Random(f"batch {seed} {size}"))
    _small(maker)
    if size == "full":
        _more(maker)
    truth = Truth(seed, size, tuple(maker.files))
    truth.save(folder.with_name(folder.name + ".truth.json"))
    return truth


class _Maker:
    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng = folder, rng
        self.files: list[TrueFile] = []

    def put(
        self, path: str, data: bytes, media: str, pages: Sequence[SamplePage | TruePage] = (), *,
        fate: str = "read", reason: str = "", same_as: str = "",
    ) -> None:  # fmt: skip
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        truths = tuple(page.truth if isinstance(page, SamplePage) else page for page in pages)
        self.files.append(TrueFile(path, media, fate, truths, reason, same_as))

    def pages(
        self, cls: str, matter: str, abbreviation: str | None = None, paragraphs: int = 7, table: int = 0
    ) -> list[SamplePage]:
        document = invent(
            self.rng, matter=matter, abbreviation=abbreviation, paragraphs=paragraphs, table=table
        )
        return list(scan_document(document, cls, rng=self.rng))

    def digital(self, matter: str, abbreviation: str, paragraphs: int) -> tuple[list[Sheet], list[TruePage]]:
        document = invent(self.rng, matter=matter, abbreviation=abbreviation, paragraphs=paragraphs)
        sheets = typeset(document, dpi=DIGITAL_DPI)
        truths = [
            TruePage(
                lines=sheet.true_lines(), cls="digital", dpi=DIGITAL_DPI, width=sheet.width,
                height=sheet.height,
                fields=document.fields if i == 0 else {}, matter=document.matter,
            )
            for i, sheet in enumerate(sheets)
        ]  # fmt: skip
        return sheets, truths


PDF, TIFF, JPEG = "application/pdf", "image/tiff", "image/jpeg"


def _small(make: _Maker) -> None:
    land, complaint = "Hộp 01/Hồ sơ 01 - Cấp giấy chứng nhận", "Hộp 01/Hồ sơ 02 - Giải quyết khiếu nại"
    birth, staff = "Hộp 01/Hồ sơ 03 - Đăng ký khai sinh", "Hộp 02/Hồ sơ 01 - Tổ chức cán bộ"
    plan = "Hộp 02/Hồ sơ 02 - Kinh tế xã hội năm báo cáo"
    rng = make.rng

    pages = make.pages("bilevel200", "cap-giay-chung-nhan", "TTr", 7, table=9)
    make.put(f"{land}/01 To trinh.pdf", packing.scanned_pdf(pages), PDF, pages)
    pages = make.pages("seal", "cap-giay-chung-nhan", "QĐ")
    pages += make.pages("faded", "cap-giay-chung-nhan", "BB", 6)[:1]
    make.put(f"{land}/02 Quyết định.pdf", packing.scanned_pdf(pages), PDF, pages)
    pages = make.pages("bilevel200", "cap-giay-chung-nhan", "TB", 6)
    pages += [blank_page(dpi=200, rng=rng, bilevel=True)]
    make.put(f"{land}/03 Thong bao niem yet.tif", packing.tiff(pages, "group4"), TIFF, pages)

    pages = make.pages("noisy200", "khieu-nai", "TB", 5)[:1]
    notice = packing.jpeg(pages[0])
    make.put(f"{complaint}/01 Thông báo thụ lý.jpg", notice, JPEG, pages)
    pages = make.pages("skew", "khieu-nai", "BB", 6)[:2]
    name = unicodedata.normalize("NFD", "02 Biên bản đối thoại.tif")  # as a Mac writes it
    make.put(f"{complaint}/{name}", packing.tiff(pages, "tiff_lzw"), TIFF, pages)
    pages = make.pages("upside", "khieu-nai", "CV", 5)[:1]
    make.put(f"{complaint}/03 Cong van.jpg", packing.jpeg(pages[0]), JPEG, pages)
    make.put(
        f"{complaint}/04 Thông báo (bản sao).jpg", notice, JPEG, fate="duplicate",
        same_as=f"{complaint}/01 Thông báo thụ lý.jpg",
    )  # fmt: skip

    pages = make.pages("border", "khai-sinh", "CV", 5)[:1]
    make.put(f"{birth}/01 Cong van.jp2", packing.jp2(pages[0]), "image/jp2", pages)
    pages = [make.pages("bilevel200", "khai-sinh", kind, 5)[0] for kind in ("QĐ", "BB")]
    files = {f"to-{i:02d}.tif": packing.tiff([page], "group4") for i, page in enumerate(pages, start=1)}
    make.put(f"{birth}/02 Ban quet.zip", packing.archive(files), "application/zip", pages)

    pages = make.pages("low150", "nhan-su", "QĐ")[:1]
    make.put(f"{staff}/01 Quyết định.jpg", packing.jpeg(pages[0], 70), JPEG, pages)
    pages = make.pages("bilevel200", "nhan-su", "CV", 4)[:1]
    make.put(f"{staff}/02 Cong van.png", packing.png(pages[0]), "image/png", pages)

    sheets, truths = make.digital("kinh-te-xa-hoi", "BC", 14)
    make.put(f"{plan}/01 Báo cáo.pdf", packing.text_pdf(sheets), PDF, truths)
    sheets, truths = make.digital("kinh-te-xa-hoi", "CV", 4)
    annex = make.pages("bleed", "kinh-te-xa-hoi", "KH", 6)[:1]
    mixed = packing.joined_pdf([packing.text_pdf(sheets), packing.scanned_pdf(annex)])
    make.put(f"{plan}/02 Công văn kèm kế hoạch.pdf", mixed, PDF, [*truths, *annex])
    make.put(f"{plan}/03 Hong.pdf", _damaged(rng), PDF, fate="refused", reason="damaged")
    note = "Ghi chú của người giao: hộp 02 còn thiếu tập chứng từ quý IV.\n"
    make.put(f"{plan}/ghi chu.txt", note.encode(), "text/plain", fate="refused", reason="unknown-format")


def _damaged(rng: random.Random) -> bytes:
    """A PDF whose copying broke off: the head is right, the rest is noise and there is no end."""
    return b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + rng.randbytes(4096)


def _more(make: _Maker) -> None:
    """Box 03 on: a dossier for every matter, a file for every kind, the scanner's classes in turn."""
    classes = (
        "bilevel200",
        "seal",
        "noisy200",
        "table",
        "faded",
        "hand",
        "bilevel200",
        "typewriter",
        "skew",
        "bleed",
    )
    turn = 0
    for number, (matter, told) in enumerate(matters().items(), start=1):
        dossier = f"Hộp 03/Hồ sơ {number:02d} - {told['title']}"
        for order, kind in enumerate(told["kinds"], start=1):
            cls = classes[turn % len(classes)]
            turn += 1
            pages = make.pages(cls, matter, kind, 6, table=6 if cls == "table" and kind in WITH_TABLE else 0)[
                :2
            ]
            make.put(
                f"{dossier}/{order:02d} {told['code']}-{kind}.pdf", packing.scanned_pdf(pages), PDF, pages
            )
