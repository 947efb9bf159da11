"""Whatever happens, in whatever order: the ledger adds up, nothing is there twice, and all work gets done."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from catalog import (
    batch,
    contradiction,
    dossier,
    index_feed,
    looking,
    page,
    retrying,
    schema,
    source_file,
    work,
)
from catalog.identifiers import SourceFileId, new_id
from catalog.instants import now
from catalog.page import Finding
from catalog.register import Register
from catalog.retrying import NothingToRetry
from catalog.work import Claim, ClaimLost, Stage
from tests.catalog.archive import SYSTEM, do, make_office, sha256
from tests.catalog.conftest import BACK_ENDS, empty

OWNERS = ("pc:1:", "pc:11:")
TABLES = (schema.source_file, schema.page, schema.document)


def pages_in(content: int) -> int:
    return content % 3 + 1


class AnyOrder(RuleBasedStateMachine):
    """Scanners, workers that die, fail or are late, and people who have things tried again."""

    def __init__(self, register: Register) -> None:
        super().__init__()
        self.register = register
        office = make_office(register)
        with register.write() as conn:
            self.lots = [office.batch(conn), office.batch(conn, of=office.other, priority=1)]
        self.files: dict[SourceFileId, int] = {}
        self.claims: list[Claim] = []

    # --- scanners

    @rule(content=st.integers(0, 3), lot=st.integers(0, 1), path=st.integers(0, 5))
    def a_file_arrives(self, content: int, lot: int, path: int) -> None:
        with self.register.write() as conn:
            made = source_file.register(
                conn, SYSTEM, self.lots[lot], origin=f"{path}", path=f"{path}.pdf",
                sha256=sha256(f"{content}"), size=1, quay_name=new_id(),
            )  # fmt: skip
            again = source_file.known(conn, SYSTEM, self.lots[lot], origin=f"{path}")
        assert sha256(f"{content}") in again
        if made is not None:
            assert made not in self.files
            self.files[made] = content

    @rule(lot=st.integers(0, 1), priority=st.integers(-1, 2))
    def a_batch_is_put_first(self, lot: int, priority: int) -> None:
        with self.register.write() as conn:
            batch.prioritise(conn, SYSTEM, self.lots[lot].id, priority)

    # --- workers

    @rule(owner=st.sampled_from(OWNERS))
    def a_worker_takes_a_task(self, owner: str) -> None:
        with self.register.write() as conn:
            claim = work.claim(conn, SYSTEM, owner=owner)
        if claim is not None:
            self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 9), state=st.sampled_from(["read", "read", "blank", "held"]))
    def a_worker_is_done(self, which: int, state: str) -> None:
        self.attempt(which, lambda claim: self.finish(claim, state))

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 9))
    def a_task_fails(self, which: int) -> None:
        def put_back(claim: Claim) -> None:
            with self.register.write() as conn:
                again = work.fail(conn, SYSTEM, claim)
            if not again:
                with self.register.write() as conn:
                    taken = work.retake(conn, SYSTEM, claim)
                self.leave(taken)

        self.attempt(which, put_back)

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 9))
    def a_task_is_left_to_a_person(self, which: int) -> None:
        self.attempt(which, self.leave)

    @rule(owner=st.sampled_from(OWNERS))
    def a_worker_dies_and_its_successor_knows(self, owner: str) -> None:
        with self.register.write() as conn:
            work.release_all(conn, SYSTEM, owner_prefix=owner)

    @rule()
    def every_lease_ends(self) -> None:
        with self.register.write() as conn:
            for table in TABLES:
                mine = table.c.claimed_until.is_not(None)
                conn.execute(table.update().where(mine).values(claimed_until=self.long_ago))

    @rule()
    def every_pause_ends(self) -> None:
        with self.register.write() as conn:
            for table in TABLES:
                conn.execute(table.update().values(not_before=None))

    @rule()
    def search_catches_up(self) -> None:
        with self.register.write() as conn:
            index_feed.mark(
                conn,
                SYSTEM,
                pages=page.should_be_indexed(conn, SYSTEM),
                dossiers=dossier.should_be_indexed(conn, SYSTEM),
            )

    # --- people

    @precondition(lambda self: self.files)
    @rule(which=st.integers(0, 9))
    def a_file_is_tried_again(self, which: int) -> None:
        self.retry(sorted(self.files)[which % len(self.files)])

    # --- the law

    @invariant()
    def the_ledger_adds_up(self) -> None:
        with self.register.read() as conn:
            told = [batch.ledger(conn, SYSTEM, lot.id) for lot in self.lots]
            opened = conn.execute(
                select(schema.source_file.c.id).where(schema.source_file.c.pages.is_not(None))
            ).scalars()
            received = sum(pages_in(self.files[SourceFileId(name)]) for name in opened)
            wrong = contradiction.contradictions(conn, SYSTEM)
        assert all(each.adds_up for each in told), told
        assert sum(each.received for each in told) == received
        assert sum(each.files for each in told) == len(self.files)
        assert wrong == []

    def teardown(self) -> None:
        """From here on nothing fails any more: then everything gets done."""
        for _ in range(3):
            self.a_worker_dies_and_its_successor_knows("")
            self.every_pause_ends()
            self.work_off()
            self.the_ledger_adds_up()
            for name in self.files:
                self.retry(name)
        self.work_off()
        self.search_catches_up()
        self.the_ledger_adds_up()
        with self.register.read() as conn:
            told = [batch.ledger(conn, SYSTEM, lot.id) for lot in self.lots]
            states = {row.state for row in conn.execute(select(schema.document.c.state))}
            readings = conn.execute(select(schema.reading.c.page_id)).scalars().all()
        assert all(each.finished for each in told), told
        assert not any(each.held or each.refused for each in told)
        assert sum(each.received for each in told) == sum(map(pages_in, self.files.values()))
        assert states <= {"bound"}
        assert len(set(readings)) == len(readings), "a page was read again that had been read"

    # --- how

    long_ago = now().replace(year=2000)

    def attempt(self, which: int, act: Callable[[Claim], None]) -> None:
        claim = self.claims.pop(which % len(self.claims))
        try:
            act(claim)
        except ClaimLost:
            with self.register.read() as conn:
                table = {Stage.LOOK: schema.page, Stage.BIND: schema.document}.get(
                    claim.stage, schema.source_file
                )
                row = conn.execute(select(table).where(table.c.id == claim.id)).one()
            assert (row.owner, row.attempt) != (claim.owner, claim.attempt), "lost though nobody took it"

    def finish(self, claim: Claim, state: str = "read") -> None:
        with self.register.write() as conn:
            if claim.stage is Stage.OPEN and state == "held":
                source_file.refused(conn, SYSTEM, claim, code="timeout", reason="too slow")
            else:
                content = self.files.get(SourceFileId(claim.id), 0)
                do(conn, claim, pages=pages_in(content), state=state)

    def leave(self, claim: Claim) -> None:
        with self.register.write() as conn:
            if claim.stage is Stage.LOOK:
                looking.looked_at(conn, SYSTEM, claim, Finding("held", code="c", reason="r"))
            else:
                work.finish(conn, SYSTEM, claim, state="held", code="c", reason="r")

    def retry(self, name: SourceFileId) -> None:
        try:
            with self.register.write() as conn:
                retrying.retry(conn, SYSTEM, name)
        except NothingToRetry:
            pass

    def work_off(self) -> None:
        for _ in range(1000):
            with self.register.write() as conn:
                claim = work.claim(conn, SYSTEM, owner="last")
            if claim is None:
                return
            self.finish(claim)
        raise AssertionError("the work does not end")


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_whatever_happens_the_ledger_adds_up_and_all_work_gets_done(
    back_end: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    opened: list[Register] = []

    def machine() -> AnyOrder:
        if back_end == "sqlite":
            file = tmp_path / f"{len(opened)}.db"
            shutil.copyfile(request.getfixturevalue("migrated_file"), file)
            opened.append(Register(f"sqlite:///{file}"))
        elif not opened:
            empty(request.getfixturevalue("migrated_url"))
            opened.append(Register(request.getfixturevalue("migrated_url")))
        else:
            empty(request.getfixturevalue("migrated_url"))
        return AnyOrder(opened[-1])

    run_state_machine_as_test(
        machine,  # type: ignore[arg-type]  # any factory does
        settings=settings(
            max_examples=EXAMPLES[back_end],
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

    for register in opened:
        register.close()


EXAMPLES = {"sqlite": 8, "postgresql": 5}
"""Enough to fall over what was ever wrong; 250 and 60 found no more in eight minutes."""
