"""`luutru search`: find pages and dossiers by half-remembered words."""

import argparse
from dataclasses import replace
from typing import Any

from catalog import coverage as coverages
from catalog import fonds as fondses
from index.query import parse
from index.search_index import Found, Hit, IndexMissing
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, opened, say, say_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", nargs="+", metavar="QUERY", help='words, "phrases", -not, prefix*, nam:2017')
    parser.add_argument("--fonds", default="", metavar="CODE", help="only this fonds")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="hits shown (default 20)")
    parser.add_argument("--offset", type=int, default=0, metavar="N", help="hits passed over")


def _run(args: argparse.Namespace) -> int:
    archive, scope = opened(args)
    with archive.register.read() as conn:
        fonds = fondses.all_fonds(conn, scope)
        wanted = fondses.find(conn, scope, args.fonds) if args.fonds else None
        covered = coverages.coverage(conn, scope, fonds=wanted.id if wanted else None)
    codes: dict[str, str] = {item.id: item.code for item in fonds}
    by_code = {item.code.lower(): item.id for item in fonds}
    query = parse(" ".join(args.query)).resolved(
        "fonds", lambda code: [by_code[code.lower()]] if code.lower() in by_code else []
    )
    if wanted:
        query = replace(query, fonds=frozenset({wanted.id}))
    index = archive.generations.reader()
    try:
        found = index.search(query, scope=scope, offset=args.offset, limit=args.limit)
    except IndexMissing:
        if covered.pages_read:
            raise
        found = Found(0, ())  # nothing has been read yet, so there is nothing to index either
    hits = [_as_json(hit, codes) for hit in found.hits]
    if args.json:
        say_json(
            {
                "total": found.total,
                "hits": hits,
                "facets": {name: dict(values) for name, values in found.facets.items()},
                "coverage": {"pages": covered.pages, "read": covered.pages_read},
            }
        )
        return DONE
    read = f"đã đọc {covered.pages_read}/{covered.pages} trang"
    if not covered.pages_read:
        read = "chưa đọc trang nào; hãy số hóa trước: luutru digitise THƯ_MỤC --fonds MÃ"
    say(f"{found.total} kết quả · {read}")
    for hit in hits:
        page = f", trang {hit['page']}" if hit["page"] else ""
        say(f"\n{hit['fonds']} · {hit['name']}{page}")
        say(f"    {hit['snippet']}")
    return DONE


def _as_json(hit: Hit, codes: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": str(hit.kind),
        "document": hit.document,
        "page": hit.number,
        "page_id": hit.page,
        "dossier": hit.dossier,
        "name": hit.name,
        "fonds": codes.get(hit.fonds, hit.fonds),
        "snippet": "".join(piece for piece, _matched in hit.snippet),
        "marked": [piece for piece, matched in hit.snippet if matched],
        "score": hit.score,
    }


SEARCH = Verb("search", _arguments, _run)
