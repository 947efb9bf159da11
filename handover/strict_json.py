"""JSON that somebody else wrote, read into frozen values: nothing unknown, missing or too large.

The value's own annotations are the grammar: texts, numbers, flags, days, moments, lists, maps, other
values, and None where it is allowed.
"""

import dataclasses
import json
import math
import threading
import types
import typing
import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any, TypeVar

from luutru.errors import InvalidInput

LONGEST = 20_000  #: characters of one text
MOST = 200_000  #: things in one list or map
MOST_VALUES = 1_500_000  #: in all, unless a caller says less; each takes 50 to 300 bytes of memory
MOST_NUMBER = 1 << 53  #: the largest that every reader of JSON keeps
YEARS = range(2, 9999)  #: of a moment: in any zone it is still one
_LARGE = 1 << 20  #: bytes
_ONE = threading.Lock()
Value = TypeVar("Value")


class NotAsAgreed(InvalidInput):
    """JSON that is not of the shape that was agreed."""

    slug = "json-not-as-agreed"


def written(value: Any) -> bytes:
    """Return a frozen value as UTF-8 JSON, the same bytes for the same value."""
    return dumped(dataclasses.asdict(value))


def dumped(plain: Mapping[str, Any]) -> bytes:
    """Return plain values as UTF-8 JSON, the same bytes for the same values."""
    text = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True, default=_told)
    return (text + "\n").encode()


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def read(kind: type[Value], data: bytes, *, most_bytes: int, most_values: int = MOST_VALUES) -> Value:
    """Return the value of `kind` that `data` holds.

    How many values there are is counted before any is made: `[[],[],[]…]` takes 20 times its bytes. Of what
    is large, one is read at a time.

    Raises:
        NotAsAgreed: it is too large, no JSON, or of another shape; the message says where.
    """
    if len(data) > most_bytes:
        raise NotAsAgreed(f"{len(data)} bytes, at most {most_bytes}")
    with _ONE if len(data) > _LARGE else nullcontext():
        if _values(data, most_values) > most_values:
            raise NotAsAgreed(f"more than {most_values} values")
        try:
            told = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise NotAsAgreed(f"no JSON: {error}") from error
        found: Value = _value(kind, told, "")
    return found


def _values(data: bytes, most: int) -> int:
    """Return how many values JSON holds at most: outside of texts, each follows `[`, `{` or a comma.

    Where there are more than `most`, any number above it.
    """
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    quotes = plain.count(b'"')
    if quotes > 4 * most:  # a member has a name and may be a text: four quotes
        return quotes
    bare = b"".join(plain.split(b'"')[::2])
    return bare.count(b",") + bare.count(b"[") + bare.count(b"{")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _value(kind: Any, told: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, told, where)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        if told is None:
            return None
        return _value(next(each for each in inner if each is not type(None)), told, where)
    if origin is tuple:
        return _tuple(inner, told, where)
    if origin in (dict, Mapping):
        if not isinstance(told, dict) or len(told) > MOST:
            raise NotAsAgreed(f"{where}: a map of at most {MOST}")
        return {
            _plain(str, name, where): _value(inner[1], each, f"{where}.{name[:40]}")
            for name, each in told.items()
        }
    return _plain(kind, told, where)


def _record(kind: type[Any], told: Any, where: str) -> Any:
    hints = typing.get_type_hints(kind)
    names = {field.name for field in dataclasses.fields(kind)}
    if not isinstance(told, dict) or told.keys() != names:
        found = set(told) if isinstance(told, dict) else set()
        lacks, adds = sorted(names - found)[:5], [name[:40] for name in sorted(found - names)[:5]]
        raise NotAsAgreed(f"{where or kind.__name__}: lacks {lacks}, adds {adds}")
    parts = {name: _value(hints[name], told[name], f"{where}.{name}") for name in sorted(names)}
    try:
        return kind(**parts)
    except ValueError as error:  # a value that cannot be
        raise NotAsAgreed(f"{where or kind.__name__}: {error}") from error


def _tuple(inner: tuple[Any, ...], told: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(told, list) or len(told) > MOST:
        raise NotAsAgreed(f"{where}: a list of at most {MOST}")
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_value(inner[0], each, f"{where}[{at}]") for at, each in enumerate(told))
    if len(told) != len(inner):
        raise NotAsAgreed(f"{where}: a list of {len(inner)}")
    return tuple(
        _value(kind, each, f"{where}[{at}]") for at, (kind, each) in enumerate(zip(inner, told, strict=True))
    )


def _plain(kind: Any, told: Any, where: str) -> Any:
    if kind is str and isinstance(told, str) and len(told) <= LONGEST and "\x00" not in told:
        return told
    if kind is bool and isinstance(told, bool):
        return told
    if kind is int and isinstance(told, int) and not isinstance(told, bool) and abs(told) <= MOST_NUMBER:
        return told
    if kind is float and isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told):
        return float(told)
    if kind in (date, datetime) and isinstance(told, str) and len(told) <= 40:
        try:
            found = kind.fromisoformat(told)
        except ValueError as error:
            raise NotAsAgreed(f"{where}: no {kind.__name__}") from error
        if kind is datetime and found.tzinfo is None:
            raise NotAsAgreed(f"{where}: a time without its zone")
        if kind is datetime and found.year not in YEARS:
            raise NotAsAgreed(f"{where}: a time at the end of all calendars")
        return found
    if kind is uuid.UUID and isinstance(told, str):
        try:
            return uuid.UUID(told)
        except ValueError as error:
            raise NotAsAgreed(f"{where}: no UUID") from error
    raise NotAsAgreed(f"{where}: not a {getattr(kind, '__name__', kind)}")
