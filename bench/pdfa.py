"""Is every PDF/A one, and does its text layer say what was read? All documents that search finds pages of.

    python -m bench.pdfa [TRUTH_FOLDER]

Asks the archive of LUUTRU_HOME, into which the pages were digitised before. veraPDF judges every PDF/A-2b.
For files of one page with a truth (by name, as in `bench.finding`), the error of what `pdftotext` gives back
stands beside that of the reading. Exit code 1 if one file fails.
"""

import argparse
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.scoring import Score, expected_text, score, total
from catalog import document as documents
from catalog import page as pages
from catalog.document import Document
from luutru.bootstrap import Archive, open_archive
from luutru.indexing import stored_reading
from storage.in_place import as_file
from tests.services.verapdf import VeraPdf, missing


def judged(archive: Archive, verapdf: VeraPdf) -> Iterator[tuple[str, bool, str]]:
    """Yield of every document its name, whether it is PDF/A-2b, and the rules it breaks."""
    for item in _documents(archive):
        if item.pdf_key is None:
            yield item.name, False, "no PDF/A was made"
            continue
        with as_file(archive.store, item.pdf_key, scratch=archive.scratch) as file:
            verdict = verapdf.judge(file)
        yield item.name, verdict.passed, ", ".join(verdict.failed_rules)


def layers(archive: Archive, truths: Sequence[Path]) -> tuple[list[Score], list[Score]]:
    """Return how far the readings are from the truths, and how far the text in the PDF/A is."""
    read: list[Score] = []
    layer: list[Score] = []
    texts = {truth.stem: expected_text(truth.read_text(encoding="utf-8")) for truth in truths}
    for item in _documents(archive):
        expected = texts.get(Path(item.name).stem)
        if expected is None or item.pdf_key is None or len(item.pages) != 1:
            continue
        [page] = item.pages
        if page.reading_key is None:
            continue
        read.append(score(expected, stored_reading(archive, page.reading_key).text))
        with as_file(archive.store, item.pdf_key, scratch=archive.scratch) as file:
            done = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True)
        layer.append(score(expected, done.stdout.decode("utf-8")))
    return read, layer


def _documents(archive: Archive) -> Iterator[Document]:
    with archive.register.read() as conn:
        everything = pages.findable(conn, archive.system, list(pages.should_be_indexed(conn, archive.system)))
        found = [
            documents.get(conn, archive.system, name)
            for name in sorted({item.document for item in everything})
        ]
    yield from found


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("truths", type=Path, nargs="?", help="folder of .txt files")
    args = parser.parse_args()
    lacking = missing()
    if lacking is not None:
        raise SystemExit(f"PDF/A cannot be checked: {lacking}")
    archive = open_archive(prepare=False)
    with VeraPdf() as verapdf:
        verdicts = list(judged(archive, verapdf))
    failed = [(name, rules) for name, passed, rules in verdicts if not passed]
    print(f"veraPDF: PASS for {len(verdicts) - len(failed)} of {len(verdicts)} documents")
    for name, rules in failed:
        print(f"    {name}: {rules}")
    if args.truths:
        read, layer = layers(archive, sorted(args.truths.glob("*.txt")))
        ours, back = total(read), total(layer)
        print("\n| CER / WER % | pages | reading | pdftotext |\n|---|---|---|---|")
        print(f"| all | {len(read)} | {ours.cer:.2f} / {ours.wer:.1f} | {back.cer:.2f} / {back.wer:.1f} |")
    return 1 if failed or not verdicts else 0


if __name__ == "__main__":
    raise SystemExit(main())
