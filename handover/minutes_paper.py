"""The minutes of a handover as forms: the minutes themselves, the catalogues and lists that go with them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from catalog.inventory import Counts
from catalog.transfer_item import Decision
from catalog.transfer_parcel import short
from handover.check_details import spoken_check
from handover.check_words import named
from handover.minutes import Bundle, Item, Minutes
from handover.outcome import Check, Outcome, Verdict
from paper.form import PERMANENT, Form, Row, template
from paper.written import Written, written_template

DECISIONS: Mapping[Decision, str] = {
    Decision.ACCEPTED: "Tiếp nhận",
    Decision.RESERVED: "Tiếp nhận có bảo lưu",
    Decision.RETURNED: "Trả lại để hoàn thiện",
    Decision.REFUSED: "Từ chối tiếp nhận",
    Decision.MISSING: "Thiếu (không có)",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.PASSED: "Đạt",
    Outcome.FAILED: "Không đạt",
    Outcome.COULD_NOT_RUN: "Không kiểm tra được",
    Outcome.NOT_ASKED: "Không yêu cầu",
}

KEPT = (Decision.RETURNED, Decision.REFUSED, Decision.MISSING)
"""Stay with the giver."""

HANDED_OVER = (Decision.ACCEPTED, Decision.RESERVED)


def minutes_form(minutes: Minutes) -> Written:
    """Return the minutes as the written form that their `form` names."""
    return Written(written_template(minutes.form), _values(minutes), _lists(minutes), _tables(minutes))


def catalogues(minutes: Minutes) -> tuple[Form, ...]:
    """Return the catalogues of what is handed over: permanent and fixed-term dossiers in lists of their own.

    Dossiers that stay with the giver stand in none; those without a period come in a third, which says so.
    """
    items = minutes.items_of(*HANDED_OVER)
    parts = (
        ("Vĩnh viễn", [item for item in items if _permanent(item)]),
        ("Có thời hạn", [item for item in items if item.retention and not _permanent(item)]),
        ("Chưa xác định", [item for item in items if not item.retention]),
    )
    made = [_catalogue(minutes, retention, found) for retention, found in parts if found]
    return tuple(made) or (_catalogue(minutes, "", ()),)


def unfinished_list(minutes: Minutes) -> Form:
    """Return the list of dossiers whose matter is not closed."""
    rows = [
        Row((str(at), item.identifier, item.title, item.dates, _amount(item), _note(item)))
        for at, item in enumerate((one for one in minutes.items_of(*HANDED_OVER) if one.unfinished), 1)
    ]
    return Form(template("unfinished"), _of_giver(minutes), rows)


def unarranged_list(minutes: Minutes) -> Form:
    """Return the list of bundles that nobody has arranged yet."""
    measured = [bundle.metres for bundle in minutes.unarranged if bundle.metres is not None]
    metres = spoken_metres(sum(measured, Decimal(0))) if measured else ""
    rows = [_bundle_row(at, bundle) for at, bundle in enumerate(minutes.unarranged, 1)]
    return Form(template("unarranged"), _of_giver(minutes) | {"metres": metres}, rows)


def check_sheet(verdict: Verdict, values: Mapping[str, str], names: Mapping[str, str]) -> Form:
    """Return the receiver's check sheet: every check with its outcome, what failed first.

    `names`: what a person reads for the code of a check, where that is not `check_words`.
    """
    worst = (Outcome.FAILED, Outcome.COULD_NOT_RUN, Outcome.PASSED, Outcome.NOT_ASKED)
    ordered = sorted(verdict.checks, key=lambda check: worst.index(check.outcome))
    rows = [_check_row(at, check, names) for at, check in enumerate(ordered, 1)]
    counted = {
        outcome.name.lower(): str(sum(check.outcome is outcome for check in ordered)) for outcome in Outcome
    }
    return Form(template("receiving"), counted | dict(values), rows)


def spoken_metres(metres: Decimal) -> str:
    """Return metres of shelf as people write them: "5,99"."""
    return f"{metres.quantize(Decimal('0.01'))}".replace(".", ",")


def spoken_day(day: date | None) -> str:
    """Return a day as written in Vietnam."""
    return f"{day:%d/%m/%Y}" if day is not None else ""


def _values(minutes: Minutes) -> dict[str, str]:
    paper = minutes.on_carrier("paper", "both")
    digital = minutes.on_carrier("digital", "both")
    unfinished = sum(item.unfinished for item in minutes.items)
    checkpoint = minutes.checkpoint
    return _head(minutes) | {
        "title": minutes.title,
        "supplement_to": minutes.supplement_to,
        "dates": minutes.dates,
        "boxes": _figure(minutes.boxes),
        "metres": "" if minutes.metres is None else spoken_metres(minutes.metres),
        "paper_dossiers": _figure(paper.dossiers),
        "digital_dossiers": _figure(digital.dossiers),
        "digital_files": _figure(digital.documents),
        "unfinished_dossiers": _figure(unfinished),
        "unfinished": "1" if unfinished else "",
        "condition": minutes.condition,
        "unarranged": "1" if minutes.unarranged else "",
        "unarranged_bundles": _figure(len(minutes.unarranged)),
        "checkpoint_size": _figure(checkpoint.size) if checkpoint else "",
        "checkpoint_root": checkpoint.root if checkpoint else "",
    }


def _head(minutes: Minutes) -> dict[str, str]:
    day, giver, receiver = minutes.on, minutes.giver, minutes.receiver
    return {
        "number": minutes.transfer,
        "on": spoken_day(day),
        "agency_parent": receiver.parent,
        "agency": receiver.name,
        "place": minutes.place,
        "day": f"{day.day:02d}",
        # NĐ 30/2020: days below 10 and the months 1 and 2 take a nought.
        "month": f"{day.month:02d}" if day.month < 3 else str(day.month),
        "today_year": str(day.year),
        "giver": giver.name,
        "giver_code": giver.code,
        "giver_person": giver.representative,
        "giver_title": giver.title,
        "receiver": receiver.name,
        "receiver_code": receiver.code,
        "receiver_person": receiver.representative,
        "receiver_title": receiver.title,
    }


def _of_giver(minutes: Minutes) -> dict[str, str]:
    """Return the head of a list: the giver makes it, the receiver draws up the minutes."""
    return _head(minutes) | {"agency_parent": minutes.giver.parent, "agency": minutes.giver.name}


def _lists(minutes: Minutes) -> dict[str, Sequence[Mapping[str, str]]]:
    lines = [line.strip().rstrip(",;.") for line in minutes.basis]
    return {"basis": [{"line": f"{line};"} for line in lines[:-1]] + [{"line": f"{lines[-1]},"}]}


def _tables(minutes: Minutes) -> dict[str, Iterable[Row]]:
    reserved = [
        Row((str(at), item.identifier, item.title, item.reason, spoken_day(item.deadline)))
        for at, item in enumerate(minutes.items_of(Decision.RESERVED), 1)
    ]
    kept = [
        Row((str(at), item.identifier, item.title, DECISIONS[item.decision], item.reason))
        for at, item in enumerate(minutes.items_of(*KEPT), 1)
        if item.decision is not None
    ]
    parcels = [
        Row(
            (
                parcel.name,
                _figure(parcel.files),
                _size(parcel.bytes),
                short(parcel.digest),
                f"LUUTRU:1:P:{parcel.name}:{parcel.digest}".upper(),
            )
        )
        for parcel in minutes.parcels
    ]
    digest = minutes.digest
    mark = f"LUUTRU:1:T:{minutes.transfer}:{digest}".upper()
    total = [Row((_spaced(digest), short(digest), mark))] if digest else []
    return {
        "totals": _totals(minutes),
        "reserved": reserved,
        "kept": kept,
        "parcels": parcels,
        "total": total,
    }


def _totals(minutes: Minutes) -> list[Row]:
    def row(name: str, counts: Counts, *, heading: bool = False) -> Row:
        figures = (counts.dossiers, counts.documents, counts.pages, counts.sheets)
        return Row((name, *map(_figure, figures)), heading=heading)

    totals = minutes.totals
    return [
        row("Bên giao thông báo", totals.announced, heading=True),
        *(row(name, totals.of(decision)) for decision, name in DECISIONS.items()),
        row("Cộng", totals.decided, heading=True),
    ]


def _catalogue(minutes: Minutes, retention: str, items: Sequence[Item]) -> Form:
    rows = [
        Row((str(at), item.identifier, item.title, item.dates, item.retention, _amount(item), _note(item)))
        for at, item in enumerate(items, 1)
    ]
    values = _of_giver(minutes) | {"year": str(minutes.on.year), "retention": retention}
    return Form(template("handed-over"), values, rows)


def _permanent(item: Item) -> bool:
    return item.retention.casefold() == PERMANENT


def _amount(item: Item) -> str:
    if item.sheets and item.pages:
        return f"{item.sheets}/{item.pages}"
    return str(item.sheets) if item.sheets else (f"{item.pages} trang" if item.pages else "")


def _note(item: Item) -> str:
    said = []
    if item.decision is Decision.RESERVED:
        said.append(f"Bảo lưu đến {spoken_day(item.deadline)}")
    if item.unfinished:
        said.append("Chưa giải quyết xong")
    if item.medium == "paper":
        said.append("Bản giấy")
    return "; ".join(said)


def _bundle_row(at: int, bundle: Bundle) -> Row:
    closed = {True: "Xong", False: "Chưa xong", None: ""}[bundle.finished]
    return Row(
        (
            str(at),
            bundle.label,
            bundle.creator,
            bundle.summary,
            bundle.dates,
            "" if bundle.boxes is None else str(bundle.boxes),
            "" if bundle.metres is None else spoken_metres(bundle.metres),
            closed,
            bundle.condition,
            bundle.place,
            bundle.note,
        )
    )


def _check_row(at: int, check: Check, names: Mapping[str, str]) -> Row:
    name = names.get(check.code) or named(check.code)
    detail = spoken_check(check) if check.outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN) else ""
    return Row((str(at), name, OUTCOMES[check.outcome], check.subject, detail))


def _figure(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _size(size: int) -> str:
    for unit, step in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if size >= step:
            return f"{size / step:.1f} {unit}".replace(".", ",")
    return f"{size} B"


def _spaced(digest: str) -> str:
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
