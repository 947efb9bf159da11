"""A box from scan to signed-off dossiers on the desk, in a real browser: keys and seconds for each document.

    python -m bench.checking [--pages 1000] [--seed 202612] [--folder FOLDER] [--read-only] [--json]

The pages are made by `samples` with the truth of every field; the real worker reads and describes them; then
one archivist goes through the queue by the keyboard alone, typing the truth where the machine is unsure or
wrong, a second person controls every document, a third looks at the sample, and the first signs off.

A key is one press, Ctrl+Enter and Alt+1 are one; typing counts every letter. Seconds are what a person waits
for the desk (from the last key of one document until the next one takes keys), and of a whole document with
the keys pressed at once: nobody's reading time is in them. A person's own time can be estimated from the keys
(0.28 s a key, 1.35 s a look: Card, Moran and Newell 1983); the table says so where it does.

With `--folder` box and archive stay there: a run that was stopped before anybody checked (`--read-only` stops
there by itself) goes on where it was. One that is broken off later prints what it has measured.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench.describing import truth_of
from catalog import people
from catalog.access import Role
from luutru.bootstrap import open_archive
from luutru.settings import from_environment
from samples.documents import make_documents
from samples.packing import scanned_pdf
from tests.services.chromium import FLAGS, chromium_path

PASSWORD = "mot cau dai de nho"  # noqa: S105 - of an archive that is gone when the run ends
PEOPLE = ("lan", "hoa", "tu")
PER_DOSSIER = 8
CLASSES = ("clean300", "bilevel200", "noisy200", "seal", "typewriter")
SECONDS_A_KEY, SECONDS_A_LOOK = 0.28, 1.35

STOPS = """() => [...document.querySelectorAll('#form [data-stop]')]
  .filter((row) => ['doubtful', 'asked', 'missing'].includes(row.dataset.state))
  .map((row) => ({ name: row.dataset.field, value: row.querySelector('input, textarea').value,
    others: [...row.querySelectorAll('[data-other]')].map((one) => one.textContent) }))"""
SURE = """() => Object.fromEntries([...document.querySelectorAll('#form .sure[data-field]')]
  .map((row) => [row.dataset.field, row.querySelector('input, textarea').value]))"""


@dataclass
class Taken:
    """What one document cost."""

    stops: int  #: fields at which the desk stopped
    typed: int  #: of them, fields that had to be typed or chosen anew
    keys: int
    seconds: float  #: until the next document took keys
    wait: float  #: of them, after the last key


@dataclass
class Result:
    """What a box cost."""

    pages: int
    documents: list[Taken] = field(default_factory=list)
    read_seconds: float = 0.0
    check_seconds: float = 0.0
    control_keys: int = 0
    control_seconds: float = 0.0
    dossier_keys: int = 0
    dossier_seconds: float = 0.0
    dossiers: int = 0
    signed_off: int = 0
    sure_values: int = 0
    sure_wrong: int = 0


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.pressed = 0

    def press(self, key: str) -> None:
        """Press one key."""
        self._page.keyboard.press(key)
        self.pressed += 1

    def type(self, text: str) -> None:
        """Type a text over what is selected."""
        self._page.keyboard.insert_text(text)
        self.pressed += len(text)


def make_box(folder: Path, pages: int, seed: int) -> tuple[dict[str, Mapping[str, str]], int]:
    """Write a box of about so many pages; return the true fields by file name, and the number of pages."""
    truth: dict[str, Mapping[str, str]] = {}
    count = 0
    for number, record in enumerate(make_documents(pages, seed, CLASSES)):
        if count >= pages:
            break
        name = f"van-ban-{number + 1:04}.pdf"
        place = folder / "Hộp 1" / f"HS {number // PER_DOSSIER + 1:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(scanned_pdf(record.pages))
        truth[name] = truth_of(record.fields)
        count += len(record.pages)
    return truth, count


@contextmanager
def desk(home: Path) -> Iterator[str]:
    """Serve the archive as an office does, and return where."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "luutru", "serve", "--port", str(port)]
    environment = {**os.environ, "LUUTRU_HOME": str(home)}
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{address}/health", timeout=2).close()  # noqa: S310 - our own
                    break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()


def enter_people(home: Path) -> None:
    """Let three archivists in."""
    archive = open_archive(from_environment({**os.environ, "LUUTRU_HOME": str(home)}))
    for name in PEOPLE:
        with archive.register.write() as conn:
            identifier, once = people.add(conn, archive.system, name, full_name=name.title())
            people.grant(conn, archive.system, identifier, Role.ARCHIVIST, None)
            people.change_password(conn, people.find(conn, archive.system, name).scope, once, PASSWORD)
    archive.close()


def sign_in(browser: Browser, address: str, name: str) -> Page:
    """Return a page of somebody who signed in."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN").new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{address}/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{address}/")
    return page


def check_all(page: Page, address: str, truth: Mapping[str, Mapping[str, str]], result: Result) -> None:
    """Go through the whole queue."""
    page.goto(f"{address}/check")
    page.keyboard.press("Enter")
    began = time.monotonic()
    while True:
        page.wait_for_selector("#form[data-ready], .notice.good, .lead")
        if page.locator("#form").count() == 0:
            break
        here = page.url
        started = time.monotonic()
        expected = truth.get(page.locator(".bar h1").get_attribute("title") or "", {})
        for name, value in page.evaluate(SURE).items():
            if name in expected:
                result.sure_values += 1
                result.sure_wrong += value != _shown(name, expected[name])
        keys, typed, stops = Keys(page), 0, page.evaluate(STOPS)
        for stop in stops:
            typed += _answer(keys, stop, expected)
        keys.press("Control+Enter")
        last = time.monotonic()
        try:
            page.wait_for_url(lambda url, here=here: url != here)  # type: ignore[misc]
        except PlaywrightTimeout:
            said = page.locator("#left, #saved, [data-bad]:visible").all_inner_texts()
            raise SystemExit(f"the desk did not go on: {said}; fields: {stops}") from None
        page.wait_for_selector("#form[data-ready], .notice.good, .lead")
        done = time.monotonic()
        result.documents.append(Taken(len(stops), typed, keys.pressed, done - started, done - last))
        result.check_seconds = time.monotonic() - began


def _answer(keys: Keys, stop: Mapping[str, object], expected: Mapping[str, str]) -> bool:
    """Say what is true of one field; return whether that took more than a look."""
    name = str(stop["name"])
    right = _shown(name, expected[name]) if name in expected else str(stop["value"])
    others = list(stop["others"])  # type: ignore[call-overload]
    if right != stop["value"]:
        if right in others[:9]:
            keys.press(f"Alt+{others.index(right) + 1}")
        elif right:
            keys.type(right.replace("/", "") if name == "date" else right)
        else:
            keys.press("Delete")
    keys.press("Enter")
    return right != stop["value"]


def _shown(name: str, value: str) -> str:
    return date.fromisoformat(value).strftime("%d/%m/%Y") if name == "date" and value else value


def keep_dossiers(page: Page, address: str, result: Result) -> list[str]:
    """Say of every dossier what it is, and that it has been gone through; return their addresses."""
    page.goto(f"{address}/dossiers")
    places = [str(link.get_attribute("href")) for link in page.locator("td a[data-hit]").all()]
    while page.locator("a[rel=next]").count():
        page.click("a[rel=next]")
        page.wait_for_load_state()
        places += [str(link.get_attribute("href")) for link in page.locator("td a[data-hit]").all()]
    began = time.monotonic()
    for place in places:
        page.goto(address + place)
        title = "Tập văn bản đi, đến"
        page.fill("[name='v.title']", title)
        if page.locator("[data-fill]").count():
            page.click("[data-fill]")
        page.select_option("[name='v.type']", "KHAC")
        page.check("[name=retention][value=own]")
        page.fill("[name=own_retention]", "20 năm")
        page.fill("[name=own_source]", "Quyết định của hội đồng xác định giá trị tài liệu")
        page.click("form.stack button.primary")
        page.wait_for_load_state()
        page.click("form:has(input[value=check]) button")
        page.wait_for_load_state()
        result.dossier_keys += len(title) + 6 + 49 + 6
        result.dossiers += 1
        result.dossier_seconds = time.monotonic() - began
    return places


def control(page: Page, address: str, place: str, round: int, result: Result) -> None:
    """Look at a dossier's documents for one round."""
    began = time.monotonic()
    page.goto(f"{address}/control?dossier={place.split('/')[2]}")
    page.select_option("[name=round]", str(round))
    page.click("form.card button.primary")
    page.wait_for_load_state()
    while page.locator("a.button.primary").count():
        page.click("a.button.primary")
        result.control_keys += 1
        while page.locator("#passed").count():
            here = page.url
            page.wait_for_selector("#judging[data-ready]")
            page.keyboard.press("Control+Enter")
            result.control_keys += 1
            page.wait_for_url(lambda url, here=here: url != here)  # type: ignore[misc]
            page.wait_for_load_state()
    result.control_seconds += time.monotonic() - began


def sign_off(page: Page, address: str, places: list[str], result: Result) -> None:
    """Put a name under every dossier."""
    for place in places:
        page.goto(address + place)
        with page.expect_navigation():
            page.click("form:has(input[value=sign-off]) button")
        result.dossier_keys += 1
        result.signed_off += page.locator("h1 .tag.good").count()


def read_box(folder: Path, pages: int, seed: int) -> tuple[dict[str, Mapping[str, str]], Result]:
    """Make the box and have it read, as far as that was not done in this folder; return its truth."""
    told, box = folder / "truth.json", folder / "box"
    if not told.exists():
        truth, count = make_box(box, pages, seed)
        told.write_text(json.dumps({"truth": truth, "pages": count}), encoding="utf-8")
    made = json.loads(told.read_text("utf-8"))
    began = time.monotonic()
    if "seconds" not in made:
        subprocess.run(
            [sys.executable, "-m", "luutru", "digitise", str(box), "--fonds", "BENCH", "--json"],
            env={**os.environ, "LUUTRU_HOME": str(folder / "home")},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        made["seconds"] = time.monotonic() - began
        enter_people(folder / "home")
        told.write_text(json.dumps(made), encoding="utf-8")
    return made["truth"], Result(made["pages"], read_seconds=made["seconds"])


def run(pages: int, seed: int) -> Result:
    """Take one box through, in folders that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-checking-") as folder:
        truth, result = read_box(Path(folder), pages, seed)
        work_through(Path(folder) / "home", truth, result)
    return result


def work_through(home: Path, truth: Mapping[str, Mapping[str, str]], result: Result) -> None:
    """Check, control and sign off what was read, in a browser."""
    path = chromium_path()
    if path is None:
        raise SystemExit("Chromium is not installed")
    with desk(home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)
        lan, hoa, tu = (sign_in(browser, address, name) for name in PEOPLE)
        check_all(lan, address, truth, result)
        places = keep_dossiers(lan, address, result)
        for place in places:
            control(hoa, address, place, 1, result)
            control(tu, address, place, 2, result)
        sign_off(lan, address, places, result)
        browser.close()


def table(result: Result) -> str:
    """Return the report as Markdown."""
    by_stops: dict[int, list[Taken]] = defaultdict(list)
    for one in result.documents:
        by_stops[one.stops].append(one)
    lines = [
        f"{result.pages} pages, {len(result.documents)} documents, {result.dossiers} dossiers, "
        f"{result.signed_off} signed off.",
        "",
        "| fields to look at | documents | of them typed | keys, median | desk: s a document, median | "
        "wait for the next, median s | a person, estimated s |",
        "|---|---|---|---|---|---|---|",
    ]
    for stops, taken in sorted(by_stops.items()):
        keys = statistics.median(one.keys for one in taken)
        estimate = keys * SECONDS_A_KEY + (stops + 1) * SECONDS_A_LOOK
        lines.append(
            f"| {stops or 'none: all sure'} | {len(taken)} | "
            f"{statistics.mean(one.typed for one in taken):.1f} | {keys:.0f} | "
            f"{statistics.median(one.seconds for one in taken):.2f} | "
            f"{statistics.median(one.wait for one in taken):.2f} | {estimate:.1f} |"
        )
    lines += [
        "",
        f"Reading {result.read_seconds:.0f} s, checking {result.check_seconds:.0f} s, "
        f"control {result.control_seconds:.0f} s ({result.control_keys} keys), "
        f"dossiers {result.dossier_seconds:.0f} s ({result.dossier_keys} keys). "
        f"Values shown as sure: {result.sure_values}, of them wrong {result.sure_wrong}.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=202_612)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help="where box and archive stay, and are gone on with")
    parser.add_argument("--read-only", action="store_true", help="stop when the box is read")
    args = parser.parse_args()
    with ExitStack() as held:
        folder = args.folder or Path(
            held.enter_context(tempfile.TemporaryDirectory(prefix="bench-checking-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        truth, result = read_box(folder, args.pages, args.seed)
        if args.read_only:
            print(f"{result.pages} pages read in {result.read_seconds:.0f} s")
            return
        try:
            work_through(folder / "home", truth, result)
        finally:
            if args.json:
                print(json.dumps({**vars(result), "documents": [vars(one) for one in result.documents]}))
            else:
                print(table(result), flush=True)
    if result.signed_off != result.dossiers or not result.dossiers:
        raise SystemExit("not every dossier was signed off")


if __name__ == "__main__":
    main()
