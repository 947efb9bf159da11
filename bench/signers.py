"""How many signers are read under a seal that is as black as the print (docs/describing.md)."""

import argparse
import dataclasses
import time
from collections import Counter
from collections.abc import Sequence

from bench.reading import as_inspected
from catalog.description import CONFIDENT
from catalog.scan import PageImage
from classify.describe import describe
from ocr.engines import open_engines
from ocr.read import read_page
from samples.sealed import sealed_pages

_KINDS = ("exact", "asked", "wrong", "confidently wrong")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print, by class of scanner, how many signers are exact, asked and wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--plain", action="store_true", help="as the readers alone read them")
    parser.add_argument("--wrong", action="store_true", help="list every signer that is not exact")
    options = parser.parse_args(arguments)
    engines = open_engines()
    if options.plain:
        engines = dataclasses.replace(engines, sealed=None)
    told: dict[str, Counter[str]] = {}
    started = time.process_time()
    for number, page in enumerate(sealed_pages(options.pages, options.seed)):
        reading = read_page(as_inspected(PageImage(page.image, page.dpi)), engines=engines)
        value = describe([reading])[0].fields["signer"]
        kind = "exact" if value.value == page.signer else "asked" if value.value is None else "wrong"
        counts = told.setdefault(page.cls, Counter())
        counts[kind] += 1
        counts["confidently wrong"] += kind == "wrong" and value.confidence >= CONFIDENT
        if options.wrong and kind != "exact":
            print(f"  {number} {page.cls}: {page.signer!r} read as {value.value!r} ({value.confidence:.2f})")
    print(f"{'class':14}{'pages':>7}" + "".join(f"{kind:>19}" for kind in _KINDS))
    for cls, counts in [*sorted(told.items()), ("all", sum(told.values(), Counter()))]:
        print(
            f"{cls:14}{counts.total() - counts['confidently wrong']:7}"
            + "".join(f"{counts[kind]:19}" for kind in _KINDS)
        )
    print(f"CPU seconds, pages made and read: {time.process_time() - started:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
