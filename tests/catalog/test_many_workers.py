"""Many workers on one server's register: none waits for another in a ring, and nothing is left lying."""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from sqlalchemy import func, select

from catalog import batch, dossier, index_feed, page, retrying, schema, standing, work
from catalog.identifiers import SourceFileId
from catalog.register import Register
from catalog.retrying import NothingToRetry
from catalog.work import ClaimLost, Stage
from tests.catalog.archive import SYSTEM, arrive, contradictions, do, ledger_of, make_office

COPIES = 8
CONTENTS = 4
PAGES = 3


def run(*tasks: Callable[[], None]) -> list[BaseException]:
    """Do all at once; return what went wrong."""
    faults: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return faults


def test_copies_read_bound_put_first_and_announced_at_once_end_as_if_one_by_one(
    server_register: Register,
) -> None:
    register = server_register
    office = make_office(register)
    with register.write() as conn:
        place = dossier.add(conn, SYSTEM, office.fonds, "HS 1")
        lots = [office.batch(conn), office.batch(conn)]
        files = [
            arrive(conn, lots[n % 2], f"{n}.pdf", content=f"{n % CONTENTS}", dossier=place)
            for n in range(COPIES * CONTENTS)
        ]
    at_work = threading.Event()

    def worker(owner: str) -> Callable[[], None]:
        def loop() -> None:
            done = 0
            while True:
                with register.write() as conn:
                    claim = work.claim(conn, SYSTEM, owner=owner)
                if claim is None:
                    with register.read() as conn:
                        if not any(work.waiting(conn, SYSTEM).values()):
                            return
                    continue
                # every seventh look finds a page that must be tried again
                held = claim.stage is Stage.LOOK and claim.attempt == 1 and done % 7 == 0
                with suppress(ClaimLost), register.write() as conn:
                    do(conn, claim, pages=PAGES, state="held" if held else "read")
                done += 1

        return loop

    def people() -> None:
        for n in range(12):
            with register.write() as conn:
                batch.prioritise(conn, SYSTEM, lots[n % 2].id, n % 3)
            with register.write() as conn:
                standing.touch(conn, SYSTEM, [place])
            for name in files[n::12]:
                retry(name)
        at_work.set()

    def retry(name: SourceFileId) -> None:
        with suppress(NothingToRetry), register.write() as conn:
            retrying.retry(conn, SYSTEM, name)

    def search() -> None:
        while not at_work.is_set():
            with register.write() as conn:
                index_feed.mark(
                    conn,
                    SYSTEM,
                    pages=page.should_be_indexed(conn, SYSTEM),
                    dossiers=dossier.should_be_indexed(conn, SYSTEM),
                )
                work.renew(conn, SYSTEM, "w0")

    faults = run(*(worker(f"w{n}") for n in range(4)), people, search)
    for name in files:
        retry(name)
    faults += run(*(worker(f"w{n}") for n in range(3)))

    assert faults == []
    assert contradictions(register) == []
    told = [ledger_of(register, lot.id) for lot in lots]
    with register.read() as conn:
        readings = conn.execute(select(func.count()).select_from(schema.reading)).scalar_one()
    assert readings == CONTENTS * PAGES
    assert sum(each.read for each in told) == COPIES * CONTENTS * PAGES
    assert all(each.adds_up and not each.documents_to_bind and not each.held for each in told)


def test_a_copy_opened_while_its_original_is_being_recorded_is_not_left_behind(
    server_register: Register,
) -> None:
    register = server_register
    office = make_office(register)
    with register.write() as conn:
        lot = office.batch(conn)
        for n in range(20):
            for copy in "ab":
                arrive(conn, lot, f"{n}{copy}.pdf", content=f"{n}")

    for _ in range(20):
        with register.write() as conn:
            first, second = (work.claim(conn, SYSTEM, owner="w") for _ in range(2))
            assert first is not None
            assert second is not None
            do(conn, first)
            looking = work.claim(conn, SYSTEM, owner="w")
            assert looking is not None
        faults = run(partial(record, register, looking), partial(record, register, second))
        assert faults == []
        with register.write() as conn:
            while claim := work.claim(conn, SYSTEM, owner="w"):
                if claim.stage is Stage.OPEN:
                    work.release_all(conn, SYSTEM, owner_prefix="")
                    break
                do(conn, claim)

    assert ledger_of(register, lot.id).pages_to_read == 0
    assert contradictions(register) == []


def record(register: Register, claim: work.Claim) -> None:
    with register.write() as conn:
        do(conn, claim)
