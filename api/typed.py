"""What a person typed into a form whose fields are not known beforehand, read within limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from api.asking import Rooms
from api.limits import MOST_FIELDS
from api.problems import BadRequest, TooLarge

VALUE = "v."
KEY = "k."
WAS = "was."


@dataclass(frozen=True)
class Typed:
    """A form as it was sent."""

    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """Return the first value of a field; "" = it was not sent."""
        return self.fields.get(name, ("",))[0]

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field, in the order sent."""
        return self.fields.get(name, ())

    def number(self, name: str) -> int:
        """Return a field that holds a whole number.

        Raises:
            BadRequest: it does not.
        """
        text = self.one(name)
        if not text.isdecimal() or len(text) > 12:
            raise BadRequest(f"{name} is a whole number")
        return int(text)

    @property
    def values(self) -> dict[str, str]:
        """The values of the record itself (`v.name`), without those that are as they were (`was.name`)."""
        return self._changed(VALUE, WAS)

    @property
    def keys(self) -> dict[str, str]:
        """The values of its search keys (`k.name`), without those that are as they were (`was.k.name`)."""
        return self._changed(KEY, WAS + KEY)

    def _changed(self, prefix: str, before: str) -> dict[str, str]:
        sent, was = self._named(prefix), self._named(before)
        return {name: value for name, value in sent.items() if _lines(value) != _lines(was.get(name))}

    def _named(self, prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): values[0]
            for name, values in self.fields.items()
            if name.startswith(prefix)
        }


async def typed(request: Request, rooms: Rooms) -> Typed:
    """Read the form.

    Raises:
        TooLarge, BadRequest: too many bytes or fields, or no form.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadRequest("send a form (application/x-www-form-urlencoded)")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > rooms.limits.form_bytes:
            raise TooLarge(f"a form holds at most {rooms.limits.form_bytes} bytes")
    try:
        found = parse_qs(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise BadRequest(f"a form is UTF-8 and has at most {MOST_FIELDS} fields") from error
    return Typed({name: tuple(values) for name, values in found.items()})


TypedForm = Annotated[Typed, Depends(typed)]


def _lines(text: str | None) -> str | None:
    """Return `text` with one kind of line end: browsers send another than they were given."""
    return text.replace("\r\n", "\n") if text is not None else None
