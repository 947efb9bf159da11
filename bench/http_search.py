"""How fast a person gets an answer: 20,000 pages, signed in, through HTTP, with facets and 20 snippets.

    python -m bench.http_search [--pages 20000] [--rounds 100] [--engine tantivy]

The pages are those of `bench.search`, in a register and an index of their own; `luutru serve` runs as
it does in an office. The desk's page (HTML) and the API's answer (JSON) are asked in turn.
"""

import argparse
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
from sqlalchemy import insert

from bench.search import SEED, Language, entries, questions
from catalog import index_feed, people, schema
from catalog.instants import now
from index.entry import PageEntry
from index.query import Query
from luutru.bootstrap import FIRST_ADMINISTRATOR, Archive, open_archive, set_up
from luutru.settings import from_environment

PASSWORD = "mot mat khau de do"  # noqa: S105 - of an archive that lives for the bench alone


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--engine", choices=("tantivy", "whoosh"), default="tantivy")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-http-") as home:
        environment = {"LUUTRU_HOME": home, "LUUTRU_INDEX_ENGINE": args.engine}
        pages = _stock(environment, args.pages)
        with _served({**os.environ, **environment}) as desk:
            print(f"{args.engine}, {args.pages} pages, one person, {args.rounds} questions a kind, ms\n")
            print("| question | desk p50 | desk p95 | API p50 | API p95 |\n|---|---|---|---|---|")
            for name, make in questions(pages, random.Random(SEED)).items():
                asked = [_words(make()) for _ in range(args.rounds)]
                html = _times(desk, "/search", asked)
                json = _times(desk, "/api/v1/search", asked)
                print(f"| {name} | {_pair(html)} | {_pair(json)} |", flush=True)


def _words(query: Query) -> dict[str, str]:
    """Return a question as the desk's form sends it."""
    asked = {"q": query.text}
    for name in ("unit", "type"):
        values = getattr(query, name)
        if values:
            asked[name] = next(iter(values))
    if query.year:
        asked["year"] = str(query.year[0])
    return asked


def _times(desk: httpx.Client, path: str, asked: Sequence[dict[str, str]]) -> list[float]:
    times = []
    for question in asked:
        started = time.perf_counter()
        answer = desk.get(path, params=question)
        times.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.text[:300]
    return times


def _pair(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.1f} | {statistics.quantiles(times, n=20)[-1]:.1f}"


def _stock(environment: dict[str, str], count: int) -> list[PageEntry]:
    """Fill register and index; return the pages."""
    settings = from_environment(environment)
    set_up(settings)
    archive = open_archive(settings)
    pages = list(entries(count, Language(SEED)))
    _register(archive, pages)
    name, index = archive.generations.begin()
    for start in range(0, len(pages), 2_000):
        index.apply(pages[start : start + 2_000], [], 0)
    with archive.register.write() as conn:
        index_feed.taken_in(conn, archive.system, name, 0)
    archive.generations.switch(name)
    archive.close()
    return pages


def _register(archive: Archive, pages: Sequence[PageEntry]) -> None:
    moment = now()

    def each(key: Callable[[PageEntry], object]) -> Iterator[PageEntry]:
        return iter({key(page): page for page in pages}.values())

    with archive.register.write() as conn:
        first = people.find(conn, archive.system, FIRST_ADMINISTRATOR)
        once = people.reset_password(conn, archive.system, first.id)
        people.change_password(conn, first.scope, once, PASSWORD)
        for table, rows in (
            (
                schema.unit,
                [{"id": p.unit, "name": str(p.unit), "created_at": moment} for p in each(lambda p: p.unit)],
            ),
            (
                schema.fonds,
                [
                    {"id": p.fonds, "code": str(p.fonds), "title": str(p.fonds), "created_at": moment}
                    for p in each(lambda p: p.fonds)
                ],
            ),
            (
                schema.batch,
                [
                    {
                        "id": p.batch,
                        "name": str(p.batch),
                        "fonds_id": p.fonds,
                        "origin": "bench",
                        "created_by": "bench",
                        "created_at": moment,
                    }
                    for p in each(lambda p: p.batch)
                ],
            ),
            (
                schema.source_file,
                [
                    {
                        "id": p.document,
                        "batch_id": p.batch,
                        "fonds_id": p.fonds,
                        "origin": str(p.document),
                        "path": p.name,
                        "size": 1,
                        "sha256": str(p.document),
                        "state": "done",
                        "pages": 4,
                        "received_at": moment,
                    }
                    for p in each(lambda p: p.document)
                ],
            ),
            (
                schema.document,
                [
                    {
                        "id": p.document,
                        "fonds_id": p.fonds,
                        "batch_id": p.batch,
                        "source_file_id": p.document,
                        "name": p.name,
                        "pages": 4,
                        "pages_read": 4,
                        "state": "bound",
                        "created_at": moment,
                    }
                    for p in each(lambda p: p.document)
                ],
            ),
            (
                schema.page,
                [
                    {
                        "id": p.page,
                        "source_file_id": p.document,
                        "image_index": p.number - 1,
                        "document_id": p.document,
                        "batch_id": p.batch,
                        "state": "read",
                        "published": True,
                        "indexed_revision": 1,
                    }
                    for p in pages
                ],
            ),
        ):
            conn.execute(insert(table), rows)


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[httpx.Client]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Path(os.devnull).open("w") as nowhere:
        server = subprocess.Popen(
            [sys.executable, "-m", "luutru", "serve", "--port", str(port), "--no-work"],
            env=environment,
            stdout=nowhere,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as desk:
            _sign_in(desk)
            yield desk
    finally:
        server.terminate()
        server.wait(20)


def _sign_in(desk: httpx.Client) -> None:
    for _ in range(200):
        try:
            form = desk.get("/sign-in").text
            break
        except httpx.ConnectError:
            time.sleep(0.1)
    else:
        raise SystemExit("the desk did not start")
    found = re.search(r'name="csrf" value="([^"]+)"', form)
    assert found, "the sign-in form has no csrf field"
    answer = desk.post(
        "/sign-in", data={"csrf": found[1], "name": FIRST_ADMINISTRATOR, "password": PASSWORD, "next": "/"}
    )
    assert answer.status_code == 303, f"sign-in answered {answer.status_code}"


if __name__ == "__main__":
    main()
