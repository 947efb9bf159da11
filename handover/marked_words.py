"""The words of a package, looked through for secret marks by the rules of this installation.

The giver looked too, by rules of its own or none. Here it is done before anything of the package is kept or
can be found: when it is received, so that whoever decides sees it, and again when it is taken in. Marks that
only a picture shows are sought once it is in (`luutru.rescreening`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from classify.secret_mark_words import marks
from handover import record as records
from handover.outcome import AGAIN, Check, could_not_run, failed, not_asked, passed
from handover.record import Record, RecordInvalid
from luutru.errors import Conflict
from paper.alto_reading import AltoInvalid, reading_of

CODE = "secret-mark"


class SecretMarkCame(Conflict):
    """A dossier that is to be taken in has a page whose words are a secret mark."""

    slug = "secret-mark-came"


@dataclass(frozen=True)
class ReadPage:
    """A page that the giver read, and where what was read of it lies."""

    page: str  #: the giver's id
    document: str  #: as the package names it
    number: int  #: of the page in its document, from 1
    dpi: int
    alto: Path


@dataclass(frozen=True)
class Marked:
    """A page whose words are a secret mark."""

    page: str  #: the giver's id
    document: str  #: as the package names it
    number: int  #: of the page in its document, from 1
    level: str


def pages(told: Record, files: Mapping[str, Path]) -> list[ReadPage]:
    """Return the pages of a package that have words; `files`: where each file lies, by SHA-256.

    Raises:
        RecordInvalid: the words of one are not in the package.
    """
    found = []
    for document in told.documents:
        for number, page in enumerate(document.pages, 1):
            if page.reading is None:
                continue
            place = files.get(page.reading.alto)
            if place is None or place.is_symlink() or not place.is_file():
                raise RecordInvalid(f"page {page.id}: its page description is not in the package")
            found.append(ReadPage(page.id, document.identifier, number, page.dpi or 0, place))
    return found


def marked(read: Iterable[ReadPage]) -> Iterator[Marked]:
    """Yield the marked ones among pages. It reads what strangers wrote: run it in a child.

    Raises:
        AltoInvalid: the words of one cannot be understood; none of what is left has passed.
    """
    for one in read:
        for _group, said in marks(reading_of(one.alto.read_bytes(), dpi=one.dpi)):
            yield Marked(one.page, one.document, one.number, said.level.value)
            break


def check_marked(told: Record | RecordInvalid | None, listed: Mapping[str, Path]) -> Iterator[Check]:
    """Yield what is found in a package that came, by its record; `listed`: its files by SHA-256.

    It reads what strangers wrote: run it in a child.
    """
    if told is None:
        yield not_asked(CODE, "", "of another system: it is looked through as scans are")
        return
    try:
        if isinstance(told, RecordInvalid):
            raise told
        found = list(marked(pages(told, listed)))
    except (RecordInvalid, AltoInvalid) as error:
        yield could_not_run(CODE, records.PATH, f"its words cannot be read: {error}"[:200])
        return
    except OSError as error:
        said = f"its words cannot be read: {error.strerror}"
        yield could_not_run(CODE, records.PATH, said, unread=AGAIN)
        return
    for one in found:
        yield failed(CODE, one.document, f"page {one.number}: {one.level}")
    if not found:
        yield passed(CODE, "", "no page reads like one")
