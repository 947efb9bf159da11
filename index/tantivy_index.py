"""The index on tantivy, the default engine.

The release is pinned exactly (its bindings and its files change between releases); `ENGINE` goes into the
format that `index.generations` compares. The first `apply` takes the lock, `close` lets it go; between them
segments are merged in the background (merging 20,000 pages takes seconds). Before the lock is taken the index
is opened afresh: writers that keep an old list of files leave some behind that nothing owns.
"""

import json
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tantivy

from catalog.access import Scope
from index import completion
from index.analysis import tokens
from index.entry import Entry, Kind, from_stored, newest, to_stored
from index.finder import FORMAT, Counts, find, type_key
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

ENGINE = f"tantivy {version('tantivy')}, {FORMAT}"
"""What built an index; one of another build is built again, never opened."""

WRITER_BYTES = 64 * 2**20
"""Memory of a commit before words are written out; tantivy takes no less than 15 MB."""

_COUNTERS = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="counting")
"""Count what a question matches while what is shown of it is made: of a phrase in quotes half the time."""

_CURSOR = "cursor"
_OWN_FILES = frozenset({".managed.json", ".tantivy-meta.lock", ".tantivy-writer.lock", "format.json"})
_Place = tuple[int, int]  # segment, number of the document in it
_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


class TantivyIndex:
    """A `SearchIndex` in a folder.

    Raises:
        IndexMissing: the folder holds no index, and `create` is not asked for.
        IndexOutdated: the folder holds an index of another layout.
        IndexDamaged: the files cannot be understood.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder = folder
        self._schema = _schema()
        self._writing = threading.Lock()
        self._writer: tantivy.IndexWriter | None = None
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        elif not (folder / "meta.json").exists():
            raise IndexMissing("there is no search index here; run: luutru reindex")
        self._index = self._open()
        self._seen = (0, 0)
        self._seen = self._stamp()

    def apply(self, puts: Sequence[Entry], removes: Sequence[str], cursor: int) -> None:
        """Take in changes in one commit; see `SearchIndex.apply`."""
        with self._writing, _engine():
            writer = self._writer or self._take()
            searcher = self._searcher()
            removed = frozenset(removes)
            try:
                for key in sorted(removed):
                    writer.delete_documents_by_term("key", key)
                for entry in newest(puts):
                    if entry.key in removed or entry.revision < self._revision(searcher, entry.key):
                        continue
                    writer.delete_documents_by_term("key", entry.key)
                    writer.add_document(_document(entry))
                writer.delete_documents_by_term("key", _CURSOR)
                writer.add_document(_cursor_document(max(cursor, self._cursor(searcher))))
                writer.commit()
            except BaseException:
                writer.rollback()
                self._let_go()
                raise
            self._reload()

    def cursor(self) -> int:
        """Return the cursor of the last commit; 0 for a new index."""
        with _engine():
            return self._cursor(self._searcher())

    def search(self, query: Query, *, scope: Scope, offset: int = 0, limit: int = 20) -> Found:
        """Return what `scope` may see of what `query` asks for; see `SearchIndex.search`."""
        with _engine():
            asked = _Asked(self._searcher(), self._schema, query, scope)
            return find(query, asked, offset=offset, limit=limit)

    def suggest(self, prefix: str, *, scope: Scope, limit: int = 8) -> tuple[str, ...]:
        """Return `prefix` with its last word completed; see `SearchIndex.suggest`.

        The dictionary is read under the scope's filter, so the count of every word offered is that of entries
        the scope may see, and at least one.
        """
        if not scope.everywhere and not scope.units:
            return ()
        with _engine():
            asked = _Asked(self._searcher(), self._schema, Query(), scope)
            return completion.complete(prefix, lookup=asked.words, sample=asked.bodies, limit=limit)

    def keys(self) -> Iterator[tuple[str, int]]:
        """Yield key and revision of every entry, in order of key."""
        with _engine():
            found = self._searcher().terms_with_prefix("key_revision", "", tantivy.Query.all_query())
        for term, _ in sorted(found):
            key, _, revision = term.rpartition("@")
            yield key, int(revision)

    def count(self) -> int:
        """Return the number of entries."""
        with _engine():
            searcher = self._searcher()
            return _count(searcher.search(_entries(self._schema), 1))

    def refresh(self) -> None:
        """See what other processes committed."""
        with _engine():
            self._searcher()

    def close(self) -> None:
        """Let go of the writer's lock and the files; may be called twice."""
        with self._writing, _engine():
            self._let_go()

    def stray_files(self) -> list[str]:
        """Return names of files that no segment of the index owns and the engine does not know of."""
        with _engine():
            managed = set(json.loads((self._folder / ".managed.json").read_text(encoding="utf-8")))
            here = {path.name for path in self._folder.iterdir()}
        return sorted(here - managed - _OWN_FILES)

    def _let_go(self) -> None:
        # A merge that outlives the lock would write files that the next writer does not know of.
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    def _take(self) -> tantivy.IndexWriter:
        # Opened afresh, so that it knows every file that writers before it left.
        self._index = self._open()
        self._seen = self._stamp()
        self._writer = self._index.writer(WRITER_BYTES, 1)
        return self._writer

    def _open(self) -> tantivy.Index:
        with _engine():
            try:
                index = tantivy.Index(self._schema, path=str(self._folder))
            except ValueError as error:
                if "schema" in str(error).lower():
                    raise IndexOutdated("the search index has another layout; run: luutru reindex") from error
                raise
            index.config_reader(reload_policy="manual")
            return index

    def _stamp(self) -> tuple[int, int]:
        try:
            status = (self._folder / "meta.json").stat()
        except FileNotFoundError:
            return self._seen  # swept as an old generation; what is open stays readable
        return status.st_mtime_ns, status.st_ino

    def _searcher(self) -> tantivy.Searcher:
        # A look at the list of segments is 3 µs, a reload 300.
        if self._stamp() != self._seen:
            self._reload()
        return self._index.searcher()

    def _reload(self) -> None:
        seen = self._stamp()  # before: what is committed meanwhile is seen next time
        self._index.reload()
        self._seen = seen

    def _cursor(self, searcher: tantivy.Searcher) -> int:
        return self._number(searcher, _CURSOR, 0)

    def _revision(self, searcher: tantivy.Searcher, key: str) -> int:
        return self._number(searcher, key, -1)

    def _number(self, searcher: tantivy.Searcher, key: str, default: int) -> int:
        hits = searcher.search(tantivy.Query.term_query(self._schema, "key", key), 1, count=False).hits
        if not hits:
            return default
        (value,) = searcher.fast_field_values("revision", [hits[0][1]])
        return int(value) if value is not None else default


class _Asked:
    """One question to one state of the index; scope and filters are part of every query it runs."""

    def __init__(
        self, searcher: tantivy.Searcher, schema: tantivy.Schema, query: Query, scope: Scope
    ) -> None:
        self._searcher = searcher
        self._schema = schema
        self._visible = None if scope.everywhere else self._any("readers", scope.units)
        self._limits = [(_MUST, _unscored(limit)) for limit in self._filters(query)]

    def top(self, plan: Plan, node: Node, limit: int) -> list[tuple[float, "_Place"]]:
        weights = [(_SHOULD, self.query(weight)) for weight in plan.weights]
        clauses = [(_MUST, _unscored(self._matching(node, plan.excluded))), *weights]
        result = self._searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False)
        return [(weight, (place.segment_ord, place.doc)) for weight, place in result.hits]

    def facets(self, plan: Plan) -> Mapping[str, list[tuple[str, int]]]:
        wanted = {name: {"terms": {"field": name, "size": FACET_VALUES}} for name in FACETS}
        counted = self._searcher.aggregate(self._matching(plan.match, plan.excluded), wanted)
        return {name: _values(counted[name]["buckets"]) for name in FACETS}

    def aside(self, work: Callable[[], Counts]) -> Callable[[], Counts]:
        return _COUNTERS.submit(work).result  # tantivy holds no lock of Python's while it counts

    def frequency(self, term: Term) -> int:
        return int(self._searcher.doc_freq(term.field.value, term.text))

    def stored(self, place: "_Place") -> str:
        kept = self._searcher.doc(tantivy.DocAddress(*place)).get_first("stored")
        return bytes(kept or b"").decode("utf-8")

    def words(self, beginning: str, most: int) -> Iterable[tuple[str, int]]:
        # Without a filter the dictionary still has the words of removed entries.
        visible = self._visible or _entries(self._schema)
        return self._searcher.terms_with_prefix("completion", beginning, visible, most)

    def bodies(self, row: Row, most: int) -> Iterable[str]:
        plan = Plan(match=row, excluded=(), ranks=(), weights=())
        return [from_stored(self.stored(place))["body"] for _, place in self.top(plan, row, most)]

    def query(self, node: Node) -> tantivy.Query:
        schema = self._schema
        match node:
            case Term(field, text):
                return tantivy.Query.term_query(schema, field.value, text)
            case Row(field, words, slop, open):
                places: list[str | tuple[int, str]] = list(words)
                if open:
                    return tantivy.Query.phrase_prefix_query(schema, field.value, places)
                return tantivy.Query.phrase_query(schema, field.value, places, slop)
            case Start(field, text):
                return tantivy.Query.regex_query(schema, field.value, f"{_literal(text)}.*")
            case Misread(text):
                return tantivy.Query.fuzzy_term_query(schema, Field.FOLDED.value, text, 1)
            case Every(nodes):
                if not nodes:
                    return tantivy.Query.all_query()
                return tantivy.Query.boolean_query([(_MUST, self.query(part)) for part in nodes])
            case Most(nodes, at_least):
                return tantivy.Query.boolean_query(
                    [(_SHOULD, self.query(part)) for part in nodes], minimum_number_should_match=at_least
                )

    def _matching(self, node: Node, excluded: Iterable[Node]) -> tantivy.Query:
        unwanted = ((_NOT, self.query(other)) for other in excluded)
        return tantivy.Query.boolean_query([(_MUST, self.query(node)), *self._limits, *unwanted])

    def _filters(self, query: Query) -> Iterator[tantivy.Query]:
        if self._visible is not None:
            yield self._visible
        for name, values in (("fonds", query.fonds), ("unit", query.unit), ("batch", query.batch)):
            if values:
                yield self._any(name, values)
        if query.type:
            yield self._any("type_key", {type_key(value) for value in query.type})
        if query.year:
            kind = tantivy.FieldType.Integer
            yield tantivy.Query.range_query(self._schema, "year", kind, *query.year)
        for key in limits(query):
            yield self.query(key)
        # Without a word asked for, this leaves the cursor out.
        if query.kind:
            yield self._any("kind", {query.kind.value})
        elif not query.parts:
            yield _entries(self._schema)

    def _any(self, field: str, values: Collection[str]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, field, sorted(values))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in (Field.EXACT, Field.FOLDED, Field.PERSON, Field.PERSON_EXACT):
        builder.add_text_field(field.value, tokenizer_name="whitespace", index_option="position")
    for name in (Field.NUMBER.value, Field.CODE.value, Field.PARCEL.value, "completion"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in ("key", "key_revision", "readers", "type_key"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("fonds", "unit", "type", "batch", "kind"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("year", indexed=True, fast=True)
    builder.add_integer_field("revision", fast=True)
    builder.add_bytes_field("stored", stored=True)
    return builder.build()


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("key", entry.key)
    document.add_text("key_revision", f"{entry.key}@{entry.revision}")
    document.add_integer("revision", entry.revision)
    document.add_text("kind", entry.kind.value)
    document.add_text("fonds", entry.fonds)
    for name, value in (("unit", entry.unit), ("type", entry.type), ("batch", entry.batch)):
        if value is not None:
            document.add_text(name, value)
    if entry.type is not None:
        document.add_text("type_key", type_key(entry.type))
    if entry.year is not None:
        document.add_integer("year", entry.year)
    for name, terms in key_fields(entry).items():
        document.add_text(name, terms)
    for reader in entry.readers:
        document.add_text("readers", reader)
    body, heading = tokens(entry.body), tokens(entry.heading)
    for part in (body, heading):
        document.add_text("folded", " ".join([token.folded for token in part if not token.whole]))
        document.add_text("exact", " ".join([token.text for token in part if not token.whole]))
        document.add_text("number", " ".join([token.folded for token in part if token.whole]))
    document.add_text("completion", " ".join(completion.terms((token.text, token.folded) for token in body)))
    document.add_bytes(
        "stored", to_stored(entry, [token for token in body if not token.whole]).encode("utf-8")
    )
    return document


def _cursor_document(cursor: int) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("key", _CURSOR)
    document.add_integer("revision", cursor)
    return document


def _entries(schema: tantivy.Schema) -> tantivy.Query:
    return tantivy.Query.term_set_query(schema, "kind", [kind.value for kind in Kind])


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


def _values(buckets: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    return [(_plain(bucket["key"]), bucket["doc_count"]) for bucket in buckets]


def _plain(key: object) -> str:
    return str(int(key)) if isinstance(key, float) else str(key)


def _count(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # tantivy's stub forgets it


def _literal(text: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\{letter}" for letter in text)


@contextmanager
def _engine() -> Iterator[None]:
    """Turn what the engine raises into the archive's errors."""
    try:
        yield
    except ValueError as error:
        message = str(error)
        if "LockBusy" in message:
            raise IndexBusy("another process is writing to the search index; try again later") from error
        if "corrupt" in message.lower():
            raise IndexDamaged(f"the search index cannot be read; run: luutru reindex ({message})") from error
        raise IndexFailed(f"tantivy: {message}") from error
    except OSError as error:
        raise IndexFailed(f"the search index cannot be read or written: {error}") from error
    except BaseException as error:
        # pyo3's PanicException is no Exception, and its class cannot be imported.
        if type(error).__name__ == "PanicException":
            raise IndexFailed(f"tantivy broke: {error}") from error
        raise
