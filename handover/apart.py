"""What strangers sent is read apart: many things in one child with limits, each alone where that dies.

So what kills, fills or outlives its reader is found, and costs nothing but itself. One who sends many of them
does not keep the readers busy for days: after some, what is left is told as not read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ingest.limits import Limits
from ingest.refusal import Refused
from ingest.sandbox import Killed, SandboxUnavailable, run_in_child

MOST_LOST = 20
"""Things of one sending that may come to grief alone; each costs a child its whole time."""

TOO_MANY = "not read: too much else of what came with it ended its reader"

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Lost:
    """Why there is no answer about one thing."""

    reason: str
    slug: str  #: of the refusal (`ingest.refusal`); "": it was not read at all, which says nothing about it


def read_apart(
    read: Callable[..., Sequence[Answer]],
    asked: Sequence[Asked],
    *about: Any,
    limits: Limits,
    at_once: int,
    seconds: Callable[[Sequence[Asked]], float],
) -> Iterator[Answer | Lost]:
    """Yield for each thing `asked`, in its order, what `read(some, *about, limits=limits)` answers to it.

    `read` runs in a child (`ingest.sandbox`), with at most `at_once` things and `seconds` of them.
    """
    lost = 0
    for at in range(0, len(asked), at_once):
        some = asked[at : at + at_once]
        try:
            answers = run_in_child(read, some, *about, limits=limits, seconds=seconds(some))
        except (Refused, SandboxUnavailable):
            answers = None
        if answers is not None and len(answers) == len(some):
            yield from answers
            continue
        for one in some:
            found = _alone(read, one, about, limits, seconds) if lost < MOST_LOST else Lost(TOO_MANY, "")
            lost += isinstance(found, Lost)
            yield found


def _alone(
    read: Callable[..., Sequence[Answer]],
    one: Asked,
    about: Sequence[Any],
    limits: Limits,
    seconds: Callable[[Sequence[Asked]], float],
) -> Answer | Lost:
    try:
        (answer,) = run_in_child(read, [one], *about, limits=limits, seconds=seconds([one]))
    except (SandboxUnavailable, Killed) as error:
        return Lost(str(error), "")  # the machine's want, told as what could not be asked
    except Refused as refusal:
        return Lost(str(refusal), refusal.slug)
    return answer
