"""`luutru describe`: say what the documents in a file are, and register nothing."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.description import CONFIDENT, FIELDS, Description, Value
from catalog.reading import Reading
from classify.describe import describe
from luutru.commands.exit_codes import DONE
from luutru.commands.looking import add_files, looking, reading_of
from luutru.commands.verb import Verb, say, say_json

WORDS = {
    "code": "Số, ký hiệu",
    "number": "Số",
    "notation": "Ký hiệu",
    "date": "Ngày ban hành",
    "place": "Địa danh",
    "issuer": "Cơ quan ban hành",
    "issuer_parent": "Cơ quan chủ quản",
    "type": "Tên loại",
    "subject": "Trích yếu",
    "signer": "Người ký",
    "signer_title": "Chức vụ",
    "authority": "Thẩm quyền ký",
    "addressees": "Kính gửi",
    "recipients": "Nơi nhận",
    "urgency": "Độ khẩn",
    "copy_form": "Hình thức sao",
    "circulation": "Phạm vi lưu hành",
    "arrival_number": "Số đến",
    "arrival_date": "Ngày đến",
}
"""How an archivist calls each field; a test holds it complete."""


def _run(args: argparse.Namespace) -> int:
    with looking() as look:
        for path in args.files:
            pages = [reading_of(number, looked) for number, looked in enumerate(look(path), start=1)]
            documents = describe(pages)
            if args.json:
                told: dict[str, Any] = {"documents": [as_json(one, pages) for one in documents]}
                say_json(told if len(args.files) == 1 else {"file": str(path), **told})
            else:
                _tell(path, documents, several=len(args.files) > 1)
    return DONE


def as_json(document: Description, pages: Sequence[Reading]) -> dict[str, Any]:
    """Return one document in the form that scripts read; a value that a person must give is null."""
    return {
        "pages": list(document.pages),
        "fields": {name: _value(document.fields.get(name, Value(None))) for name in FIELDS},
        "dossier_type": dossier_type(document, pages),
    }


def _value(value: Value) -> dict[str, Any]:
    first = value.evidence[0] if value.evidence else None
    return {
        "value": value.value,
        "confidence": value.confidence,
        "evidence": {"page": first.page, "box": list(first.box)} if first is not None else None,
        "alternatives": list(value.alternatives),
    }


def dossier_type(document: Description, pages: Sequence[Reading]) -> dict[str, Any]:
    """Return what kind of dossier the document belongs to; nothing tells it yet, so a person is asked."""
    return {"code": None, "confidence": 0.0, "asked": True}


def _tell(path: Path, documents: Sequence[Description], *, several: bool) -> None:
    for document in documents:
        pages = _span(document.pages)
        say(f"--- {path.name}, trang {pages} ---" if several else f"--- trang {pages} ---")
        for name in FIELDS:
            value = document.fields.get(name, Value(None))
            if value.value is not None:
                doubt = "" if value.confidence >= CONFIDENT else "  (?)"
                say(f"{WORDS[name]}: {value.value}{doubt}")
            elif value.asked:
                likely = f" ({' hoặc '.join(value.alternatives)}?)" if value.alternatives else ""
                say(f"{WORDS[name]}: cần người nhập{likely}")


def _span(pages: Sequence[int]) -> str:
    return str(pages[0]) if len(pages) == 1 else f"{pages[0]}-{pages[-1]}"


DESCRIBE = Verb("describe", add_files, _run)
