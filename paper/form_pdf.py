"""Forms with a table on paper: PDF/A-2b, heads repeated on every page, "Trang x/y" at the foot."""

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from paper.form import Form, Tally, filled
from paper.form_sheet import SIGN_BLOCK, FormSheet
from paper.print_run import PrintRun
from paper.typeface import typeface


def print_form(form: Form, out: BinaryIO, *, made_at: datetime, fonts: Path | None = None) -> int:
    """Write `form` as a PDF/A-2b and return its number of pages; memory does not grow with its rows.

    Raises:
        TypefaceMissing: no typeface to print it in.
    """
    template = form.template
    title = filled(template.title, form.values)
    run = PrintRun(out, typeface(fonts), title=title, made_at=made_at)
    sheet = FormSheet(run, landscape=template.landscape, foot=template.unverified)
    sheet.begin()
    if template.national:
        sheet.letterhead(form.values.get("agency_parent", ""), form.values.get("agency") or filled("{_}", {}))
    sheet.title(title, [filled(line, form.values) for line in template.above])
    tally = Tally(form)
    if template.columns:
        sheet.heads(template.columns, numbered=template.numbered_columns)
        for row in tally.rows():
            sheet.row(row)
    values = tally.values | dict(form.values)
    sheet.y += 4
    closing = [filled(text, values) for text in tally.below]
    if template.signers and closing:
        # a page with names and no words on it could be put under any other paper
        sheet.need(7.0 * len(closing) + SIGN_BLOCK)
    for text in closing:
        sheet.line(text)
    sheet.sign(template.signers, values)
    sheet.end()
    run.finish()
    return run.pages
