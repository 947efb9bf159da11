"""What strangers sent is read apart: many things in one child with limits, each alone where that dies.

So what kills, fills or outlives its reader is found, and costs nothing but itself. One who sends many of them
does not keep the readers busy for days: after some, what is left is told as not read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from handover.outcome import AGAIN, LEFT, Check, could_not_run, failed
from ingest.limits import Limits
from ingest.refusal import Crashed, Refused
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
    slug: str = ""  #: of the refusal (`ingest.refusal`): it ended its reader; "": it was not read at all
    unread: str = ""  #: where it was not read at all: `handover.outcome.AGAIN` or `LEFT`

    def check(self, code: str, subject: str) -> Check:
        """Return what is told of it: only what ended its reader itself has failed."""
        if self.slug:
            return failed(code, subject, self.reason)
        return could_not_run(code, subject, self.reason, unread=self.unread)


def once(
    read: Callable[..., Answer], *about: Any, limits: Limits, seconds: float | None = None
) -> Answer | Lost:
    """Return what `read(*about, limits=limits)` answers in a child (`ingest.sandbox`), or why it does not.

    A reader that was killed by none of its limits says nothing against what it read.
    """
    try:
        return run_in_child(read, *about, limits=limits, seconds=seconds)
    except (SandboxUnavailable, Killed) as error:
        return Lost(str(error), unread=AGAIN)
    except Refused as refusal:
        return Lost(str(refusal), refusal.slug)


def read_apart(
    read: Callable[..., Sequence[Answer]],
    asked: Sequence[Asked],
    *about: Any,
    limits: Limits,
    at_once: int,
    seconds: Callable[[Sequence[Asked]], float],
) -> Iterator[Answer | Lost]:
    """Yield for each thing `asked`, in its order, what `read(some, *about, limits=limits)` answers to it.

    `read` runs in a child with at most `at_once` things and `seconds` of them.
    """

    def answers_to(some: Sequence[Asked]) -> Sequence[Answer] | Lost:
        found = once(read, some, *about, limits=limits, seconds=seconds(some))
        if isinstance(found, Lost) or (isinstance(found, list | tuple) and len(found) == len(some)):
            return found
        return Lost("the reader gave an answer that cannot be understood", Crashed.slug)

    lost = 0
    for at in range(0, len(asked), at_once):
        some = asked[at : at + at_once]
        if lost >= MOST_LOST:  # a child would cost its whole time once more
            yield from [Lost(TOO_MANY, unread=LEFT)] * len(some)
            continue
        answers = answers_to(some)
        if not isinstance(answers, Lost):
            yield from answers
            continue
        for one in some:
            if lost >= MOST_LOST:
                found: Answer | Lost = Lost(TOO_MANY, unread=LEFT)
            else:  # what was alone already is read again only where it did not end its reader itself
                again = answers if len(some) == 1 and answers.slug else answers_to([one])
                found = again if isinstance(again, Lost) else again[0]
            lost += isinstance(found, Lost)
            yield found
