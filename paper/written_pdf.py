"""Written forms on paper: PDF/A-2b, paragraphs and tables as the template has them, places to sign."""

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from paper.form import filled
from paper.form_sheet import TITLE, FormSheet
from paper.print_run import PrintRun
from paper.typeface import typeface
from paper.written import Part, Written

INDENT = 10.0
"""mm: NĐ 30/2020, Phụ lục I (1 or 1.27 cm)."""

WHEN = "{place}, ngày {day} tháng {month} năm {today_year}"


def print_written(form: Written, out: BinaryIO, *, made_at: datetime, fonts: Path | None = None) -> int:
    """Write `form` as a PDF/A-2b and return its number of pages.

    Raises:
        TypefaceMissing: no typeface to print it in.
    """
    template, values = form.template, form.values
    title = " ".join(filter(None, (template.title, template.subtitle, values.get("number", ""))))
    run = PrintRun(out, typeface(fonts), title=title, made_at=made_at)
    sheet = FormSheet(run, foot="" if template.verified else template.unverified)
    sheet.begin()
    agency = values.get("agency") or filled("{_}", {})
    sheet.letterhead(values.get("agency_parent", ""), agency, filled(WHEN, values))
    middle = sheet.left + sheet.inner / 2
    sheet.y += 6
    sheet.centred(template.title, middle, sheet.inner, TITLE, "bold")
    if template.subtitle:
        sheet.centred(template.subtitle, middle, sheet.inner, TITLE, "bold")
    sheet.y += 4
    for part in template.parts:
        if not part.when or form.has(part.when):
            _put(sheet, form, part)
    sheet.sign(template.signers, values)
    sheet.end()
    run.finish()
    return run.pages


def _put(sheet: FormSheet, form: Written, part: Part) -> None:
    indent = INDENT if part.indent else 0.0
    if part.table:
        sheet.y += 2
        sheet.need(25)
        sheet.heads(part.columns, numbered=False)
        for row in form.tables.get(part.table, ()):
            sheet.row(row)
        sheet.y += 2
    elif part.each:
        for entry in form.lists.get(part.each, ()):
            sheet.line(filled(part.text, {**form.values, **entry}), part.style, indent=indent)
    else:
        sheet.line(filled(part.text, form.values), part.style, indent=indent, with_next=part.keep)
