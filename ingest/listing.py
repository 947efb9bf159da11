"""A list of dossiers or documents from Excel: typed rows, and every fault by its cell."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from openpyxl.utils import get_column_letter

from ingest import list_values
from ingest.limits import Limits
from ingest.list_columns import Column, Recognised, codes, english, vietnamese
from ingest.list_values import NotThat, text_of
from ingest.refusal import NoListThere
from ingest.workbook import Cell, Sheet, read_workbook

HEADS_WITHIN = 40
"""Rows from the top among which the heads are looked for: a letterhead and a title stand over them."""
MOST_FAULTS = 5_000
"""Faults told of one list; a wrong column of 100,000 rows is one mistake."""
SHOWN = 60
"""Characters of what was found that a fault repeats."""


_NUMBERED = re.compile(r"\(\d{1,2}\)")
_HEADING = re.compile(
    r"(?:[IVXLC]{1,7}|[A-ZĐ]|\d{1,2}(?:\.\d{1,2})*)[.)]?\s|[^a-zà-ỹđ]*$|(?:[Cc]ộng|[Tt]ổng)\b"
)
"""How headings and totals begin: "I. ", "A. ", "2.1 "; or all in capitals."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, where, and what was expected."""

    sheet: str
    cell: str  #: "C12"; "" = the whole sheet
    found: str
    reason: str  #: Vietnamese

    @property
    def place(self) -> str:
        """Where to look, as Excel writes it: Hồ sơ!C12."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


@dataclass(frozen=True)
class ListedRow:
    """One row that describes a dossier or a document."""

    sheet: str
    row: int
    values: Mapping[str, str]  #: by field: text, counts as digits, days as YYYY[-MM[-DD]]; none empty
    extra: Mapping[str, str] = field(default_factory=dict)  #: by head: columns that no set knows
    cells: Mapping[str, str] = field(default_factory=dict)  #: "C12" by field, of every column the list has
    heads: frozenset[str] = frozenset()  #: of the columns that no set knows


@dataclass(frozen=True)
class Listing:
    """What a list says, and what is wrong with it."""

    set: str  #: tt05, tt02, plain
    dossiers: tuple[ListedRow, ...]
    documents: tuple[ListedRow, ...]
    faults: tuple[Fault, ...]
    more_faults: int = 0  #: beyond `MOST_FAULTS`
    skipped: int = 0  #: rows of the table that are headings or totals


def read_list(path: Path, today: date, *, limits: Limits) -> Listing:
    """Return what the XLSX list at `path` says; for a child process (`ingest.sandbox`).

    Raises:
        NoListThere: no sheet has heads that are known.
        Refused: the leaf says why the file cannot be read.
    """
    reader = _Reader(today)
    for sheet in read_workbook(path, limits=limits):
        if not sheet.hidden:
            reader.take(sheet)
    return reader.listing()


class _Reader:
    def __init__(self, today: date) -> None:
        self._today = today
        self._set = ""
        self._dossiers: list[ListedRow] = []
        self._documents: list[ListedRow] = []
        self._faults: list[Fault] = []
        self._more = self._skipped = 0

    def listing(self) -> Listing:
        if not self._set:
            raise NoListThere(
                "no sheet has the heads of a list: fileCode, title, ... or Số ký hiệu, Tiêu đề hồ sơ, ..."
            )
        return Listing(
            self._set,
            tuple(self._dossiers),
            tuple(self._documents),
            tuple(self._faults),
            self._more,
            self._skipped,
        )

    def take(self, sheet: Sheet) -> None:
        """Take in one sheet; one without known heads is passed over."""
        found = _heads(sheet)
        if found is None:
            return
        head_row, known = found
        self._set = self._set or known.set
        for head in known.missing:
            self._fault(sheet.name, "", "", f"thiếu cột bắt buộc “{head}”")
        self._unmerge(sheet, head_row)
        for number in sorted(row for row in sheet.rows if row > head_row):
            self._row(sheet, number, sheet.rows[number], known)

    def _unmerge(self, sheet: Sheet, head_row: int) -> None:
        """Give cells merged downwards their value in each row, as a reader of the sheet sees it."""
        for top, left, bottom, right in sheet.merged:
            if bottom <= head_row or top == bottom:
                continue
            value = sheet.rows.get(top, {}).get(left)
            if value is None:
                continue
            if left != right or top <= head_row:
                place = f"{get_column_letter(left)}{top}"
                self._fault(sheet.name, place, _shown(value), "ô gộp nhiều hàng và nhiều cột: tách ra")
                continue
            for row in range(top + 1, min(bottom, max(sheet.rows)) + 1):
                if row in sheet.rows:
                    sheet.rows[row].setdefault(left, value)

    def _row(self, sheet: Sheet, number: int, cells: Mapping[int, Cell], known: Recognised) -> None:
        texts = {
            at: text_of(cell) for at, cell in cells.items() if at in known.columns or at in known.unknown
        }
        texts = {at: text for at, text in texts.items() if text or cells[at].kind != "text"}
        if not texts:
            return
        if self._is_between(texts, known):
            self._skipped += 1
            return
        parts: dict[str, dict[str, str]] = {"dossier": {}, "document": {}}
        places: dict[str, dict[str, str]] = {"dossier": {}, "document": {}}
        for at, column in known.columns.items():
            place = f"{get_column_letter(at)}{number}"
            places[column.about][column.field] = place
            cell = cells.get(at)
            if cell is None or (cell.kind == "text" and not text_of(cell)):
                if column.required:
                    self._fault(sheet.name, place, "", f"bỏ trống; cột “{column.head}” phải có")
                continue
            try:
                parts[column.about].update(self._values(cell, column, known.set))
            except NotThat as error:
                self._fault(sheet.name, place, _shown(cell), str(error))
        self._check_order(sheet.name, parts["dossier"], places["dossier"])
        extra = {head: text_of(cells[at]) for at, head in known.unknown.items() if texts.get(at)}
        heads = frozenset(known.unknown.values())
        if known.about in ("dossier", "both") and parts["dossier"]:
            own = (extra, heads) if known.about == "dossier" else ({}, frozenset[str]())
            row = ListedRow(sheet.name, number, parts["dossier"], own[0], places["dossier"], own[1])
            self._add_dossier(row, flat=known.about == "both")
        if known.about in ("document", "both") and parts["document"]:
            values = dict(parts["document"])
            if "code" in parts["dossier"]:
                values["dossier_code"] = parts["dossier"]["code"]
            row = ListedRow(sheet.name, number, values, extra, places["document"], heads)
            self._documents.append(row)

    def _add_dossier(self, row: ListedRow, *, flat: bool) -> None:
        """Keep a dossier; in a flat list its data stand in the row of each of its documents."""
        last = self._dossiers[-1] if self._dossiers else None
        if flat and last is not None and last.values.get("code") == row.values.get("code"):
            for name, value in row.values.items():
                if last.values.get(name, value) != value:
                    self._fault(
                        row.sheet,
                        row.cells[name],
                        value,
                        f"khác với hàng {last.row} của cùng hồ sơ (“{last.values[name][:SHOWN]}”)",
                    )
            return
        self._dossiers.append(row)

    @staticmethod
    def _is_between(texts: Mapping[int, str], known: Recognised) -> bool:
        """Return whether a row is a heading ("I. TỔNG HỢP"), column numbers, a total or a signature."""
        if all(_NUMBERED.fullmatch(text) for text in texts.values()):
            return True
        if known.set != "plain":
            return False
        said = {known.columns[at].field: text for at, text in texts.items() if at in known.columns}
        if set(said) <= {"ordinal"}:
            return True  # a number put there beforehand, or words over the whole width
        if set(said) <= {"ordinal", "title"}:
            number, title = said.get("ordinal", ""), said.get("title", "")
            return not number.isdecimal() and bool(_HEADING.match(f"{number} {title}".strip()))
        return False

    def _check_order(self, sheet: str, values: Mapping[str, str], places: Mapping[str, str]) -> None:
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and list_values.spanned(first)[0] > list_values.spanned(last)[1]:
            self._fault(
                sheet, places.get("date_to", ""), last, "thời gian kết thúc phải sau thời gian bắt đầu"
            )

    def _values(self, cell: Cell, column: Column, of: str) -> dict[str, str]:
        if cell.kind == "formula":
            raise NotThat("công thức chưa có kết quả: mở tệp bằng Excel, lưu lại, hoặc dán thành giá trị")
        if cell.kind == "error":
            raise NotThat("ô báo lỗi, hoặc ngày không có thật (Excel có ngày 29/02/1900, lịch thì không)")
        text = text_of(cell)
        if column.length and len(text) > column.length:
            raise NotThat(f"dài {len(text)} ký tự; cột “{column.head}” nhận tối đa {column.length}")
        if cell.kind == "date" and column.kind not in ("date", "period"):
            raise NotThat(f"Excel đã đổi ô này thành ngày; cột “{column.head}” phải là chữ hoặc số")
        match column.kind:
            case "count":
                return {column.field: list_values.count(text)}
            case "date":
                return {column.field: list_values.day(text, today=self._today)}
            case "period":
                first, last = list_values.period(text, today=self._today)
                return {column.field: text, "date_from": first, "date_to": last}
            case "retention":
                known = codes("retention") if of != "plain" else {}
                return {column.field: list_values.retention(text, codes=known)}
            case "access":
                access = list_values.coded(text, codes=codes("access"))
                if access == codes("access")["03"]:
                    raise NotThat("hồ sơ mật không được nhập vào hệ thống này: báo người phụ trách bảo mật")
                return {column.field: access}
            case "language":
                one = list_values.several(
                    text, lambda t: list_values.coded(t, codes=codes("language"), strict=False)
                )
                return {column.field: one}
            case "condition":
                return {column.field: list_values.coded(text, codes=codes("condition"), strict=False)}
            case "kind-of-document":
                return {column.field: list_values.coded(text, codes=codes("document"), strict=False)}
            case "yes-no":
                return {column.field: list_values.yes_or_no(text)}
            case _:
                return {column.field: text}

    def _fault(self, sheet: str, cell: str, found: str, reason: str) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(sheet, cell, found, reason))
        else:
            self._more += 1


def _heads(sheet: Sheet) -> tuple[int, Recognised] | None:
    """Return the row of heads and what they are; English names win over the Vietnamese ones above them."""
    rows = [number for number in sorted(sheet.rows) if number <= HEADS_WITHIN]
    for recognise in (english, vietnamese):
        for number in rows:
            known = recognise(_texts(sheet.rows[number].items()))
            if known is not None:
                return number, known
    return None


def _texts(cells: Iterable[tuple[int, Cell]]) -> dict[int, str]:
    return {at: text_of(cell) for at, cell in cells if cell.kind == "text"}


def _shown(cell: Cell) -> str:
    text = text_of(cell)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
