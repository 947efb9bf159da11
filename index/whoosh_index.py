"""The index on Whoosh (whoosh-reloaded): pure Python, for places where the default engine has no build.

Whoosh keeps the words, their places and the commits; what matches is worked out here from its postings, so
that rows, gaps and misread words mean the same as on the default engine. Much slower: good for some thousand
pages.

Whoosh files hold pickles, which can run code when read. An index is only ever opened in the archive's own
folder; one that came from elsewhere is never opened but built again.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from heapq import nsmallest
from importlib.metadata import version
from math import log
from pathlib import Path
from typing import Any

import whoosh.fields
import whoosh.index
from whoosh.analysis import RegexTokenizer
from whoosh.filedb.filestore import FileStorage

from catalog.access import Scope
from index import completion
from index.analysis import tokens
from index.entry import Entry, from_stored, newest, to_stored
from index.finder import FORMAT, Counts, find, type_key
from index.highlight import one_letter_apart
from index.keys import key_fields, limits
from index.plan import Every, Field, Misread, Most, Node, Plan, Row, Start, Term
from index.query import Query
from index.search_index import (
    FACET_VALUES,
    FACETS,
    Found,
    IndexBusy,
    IndexDamaged,
    IndexFailed,
    IndexMissing,
    IndexOutdated,
)

ENGINE = f"whoosh-reloaded {version('whoosh-reloaded')}, {FORMAT}"
"""What built an index; one of another build is built again, never opened."""

WRITER_MB = 64
"""Memory of a commit before words are written out."""

_CURSOR = "cursor"
_GAP = "|"  # parts heading and body, so that no row runs from one into the other; never a word
_Docs = frozenset[int]
_Postings = dict[int, list[int]]  # places of a word, by document


class WhooshIndex:
    """A `SearchIndex` in a folder.

    Raises:
        IndexMissing: the folder holds no index, and `create` is not asked for.
        IndexOutdated: the folder holds an index of another release of Whoosh.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._lock = threading.RLock()  # Whoosh's readers seek in shared files
        with _engine():
            if create:
                folder.mkdir(parents=True, exist_ok=True)
            storage = _SafeStorage(str(folder))
            if storage.index_exists():
                self._index = storage.open_index()
            elif create:
                self._index = storage.create_index(_schema())
            else:
                raise IndexMissing("there is no search index here; run: luutru reindex")
            self._words = _Words(self._index.searcher())

    def apply(self, puts: Sequence[Entry], removes: Sequence[str], cursor: int) -> None:
        """Take in changes in one commit; see `SearchIndex.apply`."""
        with self._lock, _engine():
            writer = self._index.writer(limitmb=WRITER_MB)
            try:
                held = self._state()
                removed = frozenset(removes)
                for key in sorted(removed):
                    writer.delete_by_term("key", key)
                for entry in newest(puts):
                    revision = held.revision(entry.key)
                    if entry.key in removed or (revision is not None and entry.revision < revision):
                        continue
                    writer.delete_by_term("key", entry.key)
                    writer.add_document(**_document(entry))
                last = max(cursor, held.revision(_CURSOR) or 0)
                writer.delete_by_term("key", _CURSOR)
                writer.add_document(key=_CURSOR, key_revision=f"{_CURSOR}@{last}")
            except BaseException:
                writer.cancel()
                raise
            writer.commit()
        self.refresh()

    def cursor(self) -> int:
        """Return the cursor of the last commit; 0 for a new index."""
        with self._lock, _engine():
            return self._state().revision(_CURSOR) or 0

    def search(self, query: Query, *, scope: Scope, offset: int = 0, limit: int = 20) -> Found:
        """Return what `scope` may see of what `query` asks for; see `SearchIndex.search`."""
        with self._lock, _engine():
            return find(query, _Asked(self._state(), query, scope), offset=offset, limit=limit)

    def suggest(self, prefix: str, *, scope: Scope, limit: int = 8) -> tuple[str, ...]:
        """Return `prefix` with its last word completed; see `SearchIndex.suggest`.

        Every word offered is counted among the entries the scope may see, and occurs in at least one.
        """
        if not scope.everywhere and not scope.units:
            return ()
        with self._lock, _engine():
            asked = _Asked(self._state(), Query(), scope)
            return completion.complete(prefix, lookup=asked.words, sample=asked.bodies, limit=limit)

    def keys(self) -> Iterator[tuple[str, int]]:
        """Yield key and revision of every entry, in order of key."""
        with self._lock, _engine():
            state = self._state()
            found = [term for term in state.lexicon("key_revision") if state.docs("key_revision", term)]
        for term in sorted(found):
            key, _, revision = term.rpartition("@")
            if key != _CURSOR:
                yield key, int(revision)

    def count(self) -> int:
        """Return the number of entries."""
        with self._lock, _engine():
            return len(self._state().entries())

    def refresh(self) -> None:
        """See what other processes committed."""
        with self._lock, _engine():
            self._state()

    def close(self) -> None:
        """Let go of the files; may be called twice."""
        with self._lock, _engine():
            if not self._words.searcher.is_closed:
                self._words.searcher.close()
                self._index.close()

    def _state(self) -> "_Words":
        if not self._words.searcher.up_to_date():
            self._words.searcher.close()
            self._words = _Words(self._index.searcher())
        return self._words


class _Words:
    """One state of the index: postings, read once each."""

    def __init__(self, searcher: Any) -> None:
        self.searcher = searcher
        self._reader = searcher.reader()
        self._docs: dict[tuple[str, str], _Docs] = {}
        self._lexicons: dict[str, list[str]] = {}

    def docs(self, field: str, text: str) -> _Docs:
        known = self._docs.get((field, text))
        if known is None:
            known = self._docs[field, text] = frozenset(self._matcher(field, text))
        return known

    def places(self, field: str, text: str) -> _Postings:
        return self._matcher(field, text, lambda matcher: matcher.value_as("positions"))

    def lexicon(self, field: str) -> list[str]:
        if field not in self._lexicons:
            self._lexicons[field] = [word.decode("utf-8") for word in self._reader.lexicon(field)]
        return self._lexicons[field]

    def starting(self, field: str, text: str) -> list[str]:
        return [word.decode("utf-8") for word in self._reader.expand_prefix(field, text)]

    def entries(self) -> _Docs:
        return frozenset().union(*(self.docs("kind", kind) for kind in self.lexicon("kind")))

    def revision(self, key: str) -> int | None:
        for term in self.starting("key_revision", f"{key}@"):
            if self.docs("key_revision", term):
                return int(term.rpartition("@")[2])
        return None

    def stored(self, number: int) -> str:
        return str(self._reader.stored_fields(number)["stored"])

    def _matcher(
        self, field: str, text: str, value: Callable[[Any], Any] = lambda matcher: None
    ) -> dict[int, Any]:
        if (field, text) not in self._reader:
            return {}
        matcher = self._reader.postings(field, text)
        found: dict[int, Any] = {}
        while matcher.is_active():
            found[matcher.id()] = value(matcher)
            matcher.next()
        return found


class _Asked:
    """One question to one state of the index; scope and filters are part of every answer."""

    def __init__(self, words: _Words, query: Query, scope: Scope) -> None:
        self._words = words
        self._seen: dict[Node, _Docs] = {}
        self._postings: dict[tuple[str, str], _Postings] = {}
        visible = words.entries()
        if not scope.everywhere:
            visible &= self._any("readers", scope.units)
        for name, values in (("fonds", query.fonds), ("unit", query.unit), ("batch", query.batch)):
            if values:
                visible &= self._any(name, values)
        if query.type:
            visible &= self._any("type_key", {type_key(value) for value in query.type})
        if query.year:
            first, last = query.year
            years = [year for year in words.lexicon("year") if first <= int(year) <= last]
            visible &= self._any("year", years)
        if query.kind:
            visible &= words.docs("kind", query.kind.value)
        self._visible = visible
        for key in limits(query):
            self._visible = self._matching(key, ())

    def top(self, plan: Plan, node: Node, limit: int) -> list[tuple[float, int]]:
        found = self._matching(node, plan.excluded)
        weights: Counter[int] = Counter()
        for part in plan.weights:
            self._weigh(part, found, weights)
        best = nsmallest(limit, found, key=lambda number: (-weights[number], number))
        return [(weights[number], number) for number in best]

    def facets(self, plan: Plan) -> Mapping[str, list[tuple[str, int]]]:
        found = self._matching(plan.match, plan.excluded)
        counted: dict[str, list[tuple[str, int]]] = {}
        for name in FACETS:
            values = (
                (value, len(found & self._words.docs(name, value))) for value in self._words.lexicon(name)
            )
            ordered = sorted((pair for pair in values if pair[1]), key=lambda pair: (-pair[1], pair[0]))
            counted[name] = ordered[:FACET_VALUES]
        return counted

    def aside(self, work: Callable[[], Counts]) -> Callable[[], Counts]:
        return work  # pure Python has one core

    def frequency(self, term: Term) -> int:
        return len(self._words.docs(term.field, term.text))

    def stored(self, place: int) -> str:
        return self._words.stored(place)

    def words(self, beginning: str, most: int) -> Iterable[tuple[str, int]]:
        found = (
            (term, len(self._words.docs("completion", term) & self._visible))
            for term in self._words.starting("completion", beginning)
        )
        return nsmallest(most, (pair for pair in found if pair[1]), key=lambda pair: (-pair[1], pair[0]))

    def bodies(self, row: Row, most: int) -> Iterable[str]:
        found = nsmallest(most, self._visible & self._eval(row))
        return [from_stored(self.stored(number))["body"] for number in found]

    def _any(self, field: str, values: Collection[str]) -> _Docs:
        return frozenset().union(*(self._words.docs(field, value) for value in values))

    def _matching(self, node: Node, excluded: Iterable[Node]) -> _Docs:
        found = self._visible & self._eval(node)
        for other in excluded:
            found -= self._eval(other)
        return found

    def _eval(self, node: Node) -> _Docs:
        known = self._seen.get(node)
        if known is None:
            known = self._seen[node] = self._work_out(node)
        return known

    def _work_out(self, node: Node) -> _Docs:
        match node:
            case Term(field, text):
                return self._words.docs(field, text)
            case Row():
                return self._rows(node)
            case Start(field, text):
                return self._any(field, self._words.starting(field, text))
            case Misread(text):
                near = (word for word in self._words.lexicon(Field.FOLDED) if one_letter_apart(text, word))
                return self._any(Field.FOLDED, [text, *near])
            case Every(nodes):
                found = self._visible
                for part in nodes:
                    found &= self._eval(part)
                return found
            case Most(nodes, at_least):
                counts = Counter(number for part in nodes for number in self._eval(part))
                return frozenset(number for number, count in counts.items() if count >= at_least)

    def _rows(self, row: Row) -> _Docs:
        columns: list[_Postings] = []
        for at, (_, word) in enumerate(row.words):
            words = [word]
            if row.open and at == len(row.words) - 1:
                words = self._words.starting(row.field, word)
            column: _Postings = {}
            for text in words:
                for number, places in self._places(row.field, text).items():
                    column[number] = column[number] + places if number in column else places
            columns.append(column)
        common = self._visible.intersection(*columns)
        offsets = [offset for offset, _ in row.words]
        return frozenset(
            number
            for number in common
            if _in_a_row([column[number] for column in columns], offsets, row.slop)
        )

    def _places(self, field: str, text: str) -> _Postings:
        if (field, text) not in self._postings:
            self._postings[field, text] = self._words.places(field, text)
        return self._postings[field, text]

    def _weigh(self, node: Node, found: _Docs, weights: Counter[int]) -> None:
        holders = self._eval(node)
        rarity = log(1 + len(self._visible) / (1 + len(holders)))
        if isinstance(node, Term) and node.field is not Field.NUMBER:
            places = self._places(node.field, node.text)
            for number in holders & found:
                often = len(places[number])
                weights[number] += rarity * 2.2 * often / (often + 1.2)  # type: ignore[assignment]  # a float
        else:
            for number in holders & found:
                weights[number] += rarity  # type: ignore[assignment]  # a float


def _in_a_row(columns: list[list[int]], offsets: list[int], slop: int) -> bool:
    """Return whether a place from each column makes the row, all shifts together `slop` at most."""
    if not slop:
        starts = set(columns[0])
        for column, offset in zip(columns[1:], offsets[1:], strict=True):
            starts &= {place - offset for place in column}
        return bool(starts)
    costs = dict.fromkeys(columns[0], 0)
    for column, offset in zip(columns[1:], offsets[1:], strict=True):
        here: dict[int, int] = {}
        for place in column:
            start = place - offset
            cost = min(before + abs(start - earlier) for earlier, before in costs.items())
            if cost <= slop:
                here[start] = cost
        if not here:
            return False
        costs = here
    return True


class _SafeStorage(FileStorage):  # type: ignore[misc]  # whoosh-reloaded has no types
    """Files that are on the disk before the list of segments names them; Whoosh alone does not wait."""

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Rename, after everything written before is on the disk."""
        folder = Path(self.folder)
        for path in folder.iterdir():
            if path.is_file():
                _sync(path)
        super().rename_file(oldname, newname, safe)
        _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _schema() -> Any:
    words = RegexTokenizer(r"[^ ]+")
    text = {
        field.value: whoosh.fields.TEXT(analyzer=words, phrase=True, stored=False)
        for field in (Field.EXACT, Field.FOLDED, Field.PERSON, Field.PERSON_EXACT)
    }
    lists = {
        name: whoosh.fields.TEXT(analyzer=words, phrase=False, stored=False)
        for name in (Field.NUMBER.value, Field.CODE.value, Field.PARCEL.value, "completion")
    }
    names = {
        name: whoosh.fields.ID(stored=False)
        for name in ("key_revision", "type_key", "year", "fonds", "unit", "type", "batch", "kind")
    }
    return whoosh.fields.Schema(
        key=whoosh.fields.ID(unique=True),
        readers=whoosh.fields.TEXT(analyzer=words, phrase=False, stored=False),
        stored=whoosh.fields.STORED(),
        **text,
        **lists,
        **names,
    )


def _document(entry: Entry) -> dict[str, Any]:
    body, heading = tokens(entry.body), tokens(entry.heading)
    words, head = ([token for token in part if not token.whole] for part in (body, heading))
    fields = {
        "key": entry.key,
        "key_revision": f"{entry.key}@{entry.revision}",
        "kind": entry.kind.value,
        "fonds": entry.fonds,
        "unit": entry.unit,
        "type": entry.type,
        "type_key": None if entry.type is None else type_key(entry.type),
        "batch": entry.batch,
        "year": None if entry.year is None else str(entry.year),
        "readers": " ".join(sorted(entry.readers)),
        **key_fields(entry),
        "exact": " ".join([*(token.text for token in words), _GAP, *(token.text for token in head)]),
        "folded": " ".join([*(token.folded for token in words), _GAP, *(token.folded for token in head)]),
        "number": " ".join(token.folded for token in (*body, *heading) if token.whole),
        "completion": " ".join(completion.terms((token.text, token.folded) for token in body)),
        "stored": to_stored(entry, words),
    }
    return {name: value for name, value in fields.items() if value}


@contextmanager
def _engine() -> Iterator[None]:
    """Turn what the engine raises into the archive's errors."""
    try:
        yield
    except whoosh.index.LockError as error:
        raise IndexBusy("another process is writing to the search index; try again later") from error
    except whoosh.index.IndexVersionError as error:
        raise IndexOutdated("another release of Whoosh built the index; run: luutru reindex") from error
    except whoosh.index.IndexError as error:
        raise IndexDamaged(f"the search index cannot be read; run: luutru reindex ({error})") from error
    except OSError as error:
        raise IndexFailed(f"the search index cannot be read or written: {error}") from error
