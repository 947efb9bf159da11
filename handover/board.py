"""The progress board: each office and the whole, how far, how fast, when through, and where it is stuck."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from catalog.access import Scope
from catalog.forecast import STAGES, Forecast, Stage, forecast
from catalog.instants import VIETNAM, now
from catalog.progress import UnitProgress, by_unit, together
from paper.form import Form, Row, template

STAGE_NAMES: Mapping[Stage, str] = {
    Stage.SCANNED: "Quét",
    Stage.READ: "Đọc",
    Stage.SIGNED_OFF: "Ký duyệt",
    Stage.SEALED: "Niêm phong",
    Stage.ACCEPTED: "Tiếp nhận",
}


@dataclass(frozen=True)
class Line:
    """One office on the board."""

    progress: UnitProgress
    forecast: Forecast


@dataclass(frozen=True)
class Board:
    """The board at one moment."""

    lines: tuple[Line, ...]  #: by name
    whole: Line  #: of all that the one who asks may see
    made_at: datetime


def board(conn: Connection, scope: Scope, *, today: date) -> Board:
    """Return the board of every office whose records `scope` sees.

    Raises:
        NotAllowed: the one who asks works on no records.
    """
    units = by_unit(conn, scope)
    return Board(tuple(_line(each, today) for each in units), _line(together(units), today), now())


def board_form(board: Board, *, scope: str, maker: str = "") -> Form:
    """Return the board as it is printed, A4 on its side; `scope`: of whom it is."""
    day = board.whole.progress.deadline
    values = {
        "scope": scope,
        "made_at": f"{board.made_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
        "deadline": f"{day:%d/%m/%Y}" if day else "chưa đặt cho mọi đơn vị",
        "maker": maker,
    }
    rows = [_row(line) for line in board.lines]
    if len(board.lines) > 1:
        rows.append(_row(board.whole, heading=True))
    return Form(template("board"), values, rows)


def as_plain(board: Board) -> dict[str, Any]:
    """Return the board as `--json` tells it."""
    return {
        "made_at": board.made_at.isoformat(timespec="seconds"),
        "units": [_plain(line) for line in board.lines],
        "whole": _plain(board.whole),
    }


def spoken_finish(found: Forecast) -> str:
    """Return when it will be through, as people say it; "" = nobody can tell."""
    if found.finish is None:
        return ""
    return f"{'sau ' if found.at_least else ''}{found.finish:%d/%m/%Y}"


def _line(progress: UnitProgress, today: date) -> Line:
    found = forecast(
        progress.announced, progress.done, progress.weekly, deadline=progress.deadline, today=today
    )
    return Line(progress, found)


def _row(line: Line, *, heading: bool = False) -> Row:
    one, found = line.progress, line.forecast
    name = "Tất cả" if heading else one.name or "Chưa rõ đơn vị"
    stuck = found.stuck
    return Row(
        (
            name,
            _metres(one),
            _figure(one.announced),
            *(_share(one.done[stage], one.announced) for stage in STAGES),
            f"{one.weekly[Stage.ACCEPTED]:.1f}".replace(".", ","),
            spoken_finish(found) + (" (trễ)" if found.late else ""),
            f"{STAGE_NAMES[stuck.stage]}: {_figure(stuck.waiting)}" if stuck else "",
        ),
        heading=heading,
    )


def _metres(one: UnitProgress) -> str:
    if one.metres is None:
        return ""
    said = f"{one.metres:,.1f}".translate(str.maketrans(",.", ".,"))
    return said if one.metres_said else f"~{said}"


def _share(part: int, whole: int) -> str:
    return f"{_figure(part)} ({100 * part // whole} %)" if whole else _figure(part)


def _figure(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _plain(line: Line) -> dict[str, Any]:
    one, found = line.progress, line.forecast
    return {
        "unit": one.unit,
        "name": one.name,
        "metres": one.metres,
        "metres_measured": one.metres_said,
        "announced": one.announced,
        "registered": one.registered,
        "stages": {
            stage.value: {
                "dossiers": one.done[stage],
                "metres": _rounded(one.metres_of(one.done[stage])),
                "weekly": round(one.weekly[stage], 2),
            }
            for stage in STAGES
        },
        "deadline": one.deadline.isoformat() if one.deadline else None,
        "forecast": found.finish.isoformat() if found.finish else None,
        "forecast_is_lower_bound": found.at_least,
        "late": found.late,
        "needed_weekly": _rounded(found.needed_weekly),
        "stuck": {
            "stage": found.stuck.stage.value,
            "waiting": found.stuck.waiting,
            "weekly": round(found.stuck.weekly, 2),
        }
        if found.stuck
        else None,
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 2)
