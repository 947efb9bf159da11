"""Lists made up for the tests, and workbooks with faults that no spreadsheet program writes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from ingest.limits import Limits
from ingest.listing import Listing, read_list

TODAY = date(2026, 11, 26)

PLAIN_HEADS = [
    "STT", "Hộp số", "Số, ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời gian tài liệu", "Thời hạn bảo quản", "Số tờ",
    "Ghi chú",
]  # fmt: skip
PLAIN_ROW = [1, "1", "01.TH", "Báo cáo kinh tế - xã hội năm 2001", "2001", "Vĩnh viễn", 45, ""]

TT05_DOSSIER = {
    "fileCode": "H49.64.33.2001.160", "title": "Hồ sơ giải quyết khiếu nại", "maintenance": "05",
    "mode": "01", "language": "01", "startDate": "03/02/2001", "endDate": "20/12/2003",
    "keyword": "khiếu nại",
    "totalDoc": 2, "numberOfPaper": 12, "numberOfPage": 15, "format": "02", "inforSign": "KN",
    "confidenceLevel": "02", "paperFileCode": "K1.01.160", "riskRecovery": 0, "riskRecoveryStatus": "",
    "description": "Lan lập",
}  # fmt: skip
TT05_DOCUMENT = {
    "docCode": "H49.64.33.2001.160.0000001", "maintenance": "05", "typeName": "02", "codeNumber": "12",
    "codeNotation": "QĐ-UBND", "issuedDate": "05/03/2001", "organName": "UBND xã Tân Hòa",
    "subject": "Về việc giải quyết khiếu nại", "language": "01", "numberOfPage": 3, "mode": "01",
}  # fmt: skip


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Write sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def plain_list(path: Path, *rows: Sequence[Any], heads: Sequence[str] = PLAIN_HEADS) -> Path:
    """Write a plain list: heads in row 1, rows from 2."""
    return workbook(path, {"Mục lục": [heads, *(rows or [PLAIN_ROW])]})


def state_list(
    path: Path, dossiers: Sequence[Mapping[str, Any]], documents: Sequence[Mapping[str, Any]] = ()
) -> Path:
    """Write a list of the State block: two sheets, English names in row 1."""
    heads = list(dossiers[0])
    sheets: dict[str, list[list[Any]]] = {
        "Hồ sơ": [heads, *([each.get(head, "") for head in heads] for each in dossiers)]
    }
    if documents:
        names = list(documents[0])
        sheets["Văn bản"] = [names, *([each.get(head, "") for head in names] for each in documents)]
    return workbook(path, sheets)


def read(path: Path) -> Listing:
    """Return what the list says, read in this process."""
    return read_list(path, TODAY, limits=Limits())


def told(listing: Listing) -> dict[str, str]:
    """Return the faults by cell."""
    return {fault.cell: fault.reason for fault in listing.faults}


def with_part(path: Path, name: str, change: Any) -> Path:
    """Write the workbook anew with one part changed by `change(bytes)`."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[name] = change(parts[name])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in parts.items():
            archive.writestr(each, data)
    path.write_bytes(out.getvalue())
    return path


def with_shared_strings(path: Path, strings: str, cells: str) -> Path:
    """Write the workbook anew with words kept apart from the sheet, as Excel does; both are XML."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts["xl/sharedStrings.xml"] = f"<sst {space}>{strings}</sst>".encode()
    parts["xl/worksheets/sheet1.xml"] = (
        f"<worksheet {space}><sheetData>{cells}</sheetData></worksheet>".encode()
    )
    rels = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="own" Type="{relation}" Target="sharedStrings.xml"/></Relationships>'.encode(),
    )
    parts["xl/_rels/workbook.xml.rels"] = rels
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in parts.items():
            archive.writestr(each, data)
    return path
