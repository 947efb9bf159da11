"""The log of events cannot be changed, thinned out or cut short without somebody being able to see it."""

import hashlib
import json
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, select

from catalog import audit_chain, event, merkle, schema
from catalog.access import NotAllowed, Role
from catalog.audit_chain import Verified
from catalog.checkpoint import Checkpoint, CheckpointUnreadable
from catalog.register import Register
from tests.catalog.archive import SYSTEM, Office, scope_of


def act(register: Register, *kinds: str) -> None:
    with register.write() as conn:
        for kind in kinds:
            event.record(conn, SYSTEM, kind, "dossier:1", {"lý do": kind}, instrument="QĐ 12/QĐ-UBND")


def sealed(register: Register, *kinds: str) -> Checkpoint:
    act(register, *kinds)
    with register.write() as conn:
        audit_chain.seal_all(conn, SYSTEM)
    with register.read() as conn:
        return audit_chain.checkpoint(conn, SYSTEM)


def verified(register: Register, *held: Checkpoint) -> Verified:
    with register.read() as conn:
        return audit_chain.verify(conn, SYSTEM, held)


def codes(found: Verified) -> list[str]:
    return [fault.code for fault in found.faults]


def at(conn: Connection, sequence: int) -> str:
    row = conn.execute(select(schema.event.c.id).where(schema.event.c.sequence == sequence)).scalar_one()
    return str(row)


def test_events_of_before_and_after_are_linked_one_by_one(register: Register) -> None:
    act(register, "a", "b")
    first = sealed(register, "c")

    second = sealed(register, "d", "e")

    with register.read() as conn:
        rows = conn.execute(select(schema.event).order_by(schema.event.c.sequence)).all()
    assert [row.sequence for row in rows] == [1, 2, 3, 4, 5]
    assert [row.kind for row in rows] == ["a", "b", "c", "d", "e"]
    assert [row.previous for row in rows] == ["", *(row.link for row in rows[:-1])]
    assert (first.size, second.size) == (3, 5)
    assert first.log == second.log == rows[0].link[:16]
    assert codes(verified(register, first, second)) == []


def test_what_is_not_sealed_yet_is_told(register: Register) -> None:
    sealed(register, "a")
    act(register, "b")

    found = verified(register)

    assert (found.checkpoint.size, found.unsealed, codes(found)) == (1, 1, [])


def test_a_link_can_be_taken_by_anybody_from_what_the_event_says(register: Register) -> None:
    sealed(register, "a")

    with register.read() as conn:
        row = conn.execute(select(schema.event)).one()
    told = {
        "actor": "luutru", "at": row.at.isoformat(timespec="microseconds"), "id": row.id,
        "instrument": "QĐ 12/QĐ-UBND", "kind": "a", "payload_sha256": row.payload_sha256,
        "previous": "", "sequence": 1, "subject": "dossier:1",
    }  # fmt: skip
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert row.link == hashlib.sha256(b"\x00" + canonical).hexdigest()


@pytest.mark.parametrize(
    "column", ["actor", "kind", "subject", "instrument", "payload", "payload_sha256", "previous", "link"]
)
def test_a_changed_event_is_named(register: Register, column: str) -> None:
    held = sealed(register, "a", "b", "c")
    with register.write() as conn:
        changed = at(conn, 2)
        conn.execute(schema.event.update().where(schema.event.c.id == changed).values({column: "0" * 32}))

    found = verified(register, held)

    assert ("audit-event-changed", f"event:{changed}") in {
        (fault.code, fault.subject) for fault in found.faults
    }


def test_a_removed_event_is_named(register: Register) -> None:
    held = sealed(register, "a", "b", "c", "d")
    with register.write() as conn:
        conn.execute(delete(schema.event).where(schema.event.c.sequence.in_((1, 3))))

    found = verified(register, held)

    assert [(fault.code, fault.subject) for fault in found.faults] == [
        ("audit-event-removed", "sequence:1"),
        ("audit-event-removed", "sequence:3"),
        ("audit-other-log", "checkpoint:4"),
    ]


def test_only_a_checkpoint_held_elsewhere_shows_a_truncated_tail(register: Register) -> None:
    held = sealed(register, "a", "b", "c", "d")
    with register.write() as conn:
        conn.execute(delete(schema.event).where(schema.event.c.sequence > 2))

    assert codes(verified(register)) == []
    found = verified(register, held)
    assert [(fault.code, fault.subject) for fault in found.faults] == [
        ("audit-tail-truncated", "checkpoint:4")
    ]
    assert "2 lack" in found.faults[0].detail


def test_a_tail_that_was_cut_and_grew_again_is_history_rewritten(register: Register) -> None:
    held = sealed(register, "a", "b", "c")
    with register.write() as conn:
        conn.execute(delete(schema.event).where(schema.event.c.sequence > 2))
    sealed(register, "x", "y")

    assert codes(verified(register)) == []
    assert codes(verified(register, held)) == ["audit-history-rewritten"]


def test_a_log_chained_anew_from_a_change_on_is_history_rewritten(register: Register) -> None:
    held = sealed(register, "a", "b", "c")
    with register.write() as conn:
        conn.execute(schema.event.update().where(schema.event.c.sequence == 2).values(actor="ai đó"))
        conn.execute(schema.event.update().values(sequence=None, previous=None, link=None))
        audit_chain.seal_all(conn, SYSTEM)

    assert codes(verified(register)) == []
    assert codes(verified(register, held)) == ["audit-history-rewritten"]


@pytest.mark.parametrize("place", [0, -7])
def test_an_event_put_before_the_first_hides_no_change(register: Register, place: int) -> None:
    held = sealed(register, "a", "b", "c")
    act(register, "before")
    with register.write() as conn:
        conn.execute(schema.event.update().where(schema.event.c.sequence.is_(None)).values(sequence=place))
        chain_anew(conn)

    found = verified(register, held)

    assert codes(found) == ["audit-event-doubled", "audit-other-log"]


def test_a_link_that_is_no_digest_is_told_and_stops_nothing(register: Register) -> None:
    sealed(register, "a", "b", "c")
    with register.write() as conn:
        changed = at(conn, 2)
        conn.execute(
            schema.event.update().where(schema.event.c.id == changed).values(link="không", previous=None)
        )

    found = verified(register)

    assert ("audit-event-changed", f"event:{changed}") in {
        (fault.code, fault.subject) for fault in found.faults
    }
    assert found.checkpoint.size == 3
    with register.read() as conn, pytest.raises(audit_chain.LogDamaged):
        audit_chain.checkpoint(conn, SYSTEM)


def chain_anew(conn: Connection) -> None:
    """Give every event the link that it would have where it stands: what a forger would do."""
    before = ""
    for row in conn.execute(select(schema.event).order_by(schema.event.c.sequence)).all():
        link = merkle.leaf_hash(audit_chain.entry(row, row.sequence, before)).hex()
        wanted = schema.event.update().where(schema.event.c.id == row.id)
        conn.execute(wanted.values(previous=before, link=link))
        before = link


def test_two_checkpoints_are_proved_to_be_of_one_log(register: Register) -> None:
    first = sealed(register, "a", "b", "c")
    second = sealed(register, "d", "e", "f", "g")

    with register.read() as conn:
        proof = audit_chain.prove(conn, SYSTEM, first.size, second.size)
        with pytest.raises(audit_chain.NotYetSoFar):
            audit_chain.prove(conn, SYSTEM, first.size, second.size + 1)

    was, now = bytes.fromhex(first.root), bytes.fromhex(second.root)
    parts = [bytes.fromhex(part) for part in proof]
    assert merkle.is_consistent(first.size, was, second.size, now, parts)
    assert not merkle.is_consistent(first.size, now, second.size, now, parts)


def test_a_checkpoint_comes_back_from_its_text_and_a_bent_one_does_not(register: Register) -> None:
    taken = sealed(register, "a", "b")

    text = taken.to_text()

    read = Checkpoint.from_text(text)
    assert (read.size, read.root, read.log) == (taken.size, taken.root, taken.log)
    assert taken.short == "2: " + " ".join(taken.root[start : start + 4] for start in (0, 4, 8, 12))
    bent: list[Callable[[str], str]] = [
        lambda t: t.replace("\n2\n", "\n3\n"), lambda t: t.replace("luutru/", "other/"), lambda t: t[:40],
        lambda t: t.replace("time ", "time x"), lambda _t: "", lambda t: "\n" + t,
    ]  # fmt: skip
    for bend in bent:
        with pytest.raises(CheckpointUnreadable):
            Checkpoint.from_text(bend(text))


def test_an_empty_log_has_a_checkpoint_too(register: Register) -> None:
    empty = sealed(register)

    assert Checkpoint.from_text(empty.to_text()).size == 0
    sealed(register, "a")
    assert codes(verified(register, empty)) == []


def test_only_who_keeps_the_whole_archive_looks_through_its_log(office: Office) -> None:
    sealed(office.register, "a")
    everywhere = scope_of(Role.ARCHIVIST, office.an_lac)

    with office.register.read() as conn, pytest.raises(NotAllowed):
        audit_chain.verify(conn, everywhere)
    with office.register.write() as conn, pytest.raises(NotAllowed):
        audit_chain.seal(conn, office.archivist)


def test_writers_and_sealers_at_once_make_one_chain(register: Register) -> None:
    stop, faults = threading.Event(), []

    def attempt(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            faults.append(error)

    def write() -> None:
        for number in range(12):
            act(register, f"k{number}", "and")

    def seal() -> None:
        while not stop.is_set():
            with register.write() as conn:
                audit_chain.seal(conn, SYSTEM, limit=5)

    writers = [threading.Thread(target=attempt, args=(write,)) for _ in range(4)]
    sealers = [threading.Thread(target=attempt, args=(seal,)) for _ in range(2)]
    for each in (*writers, *sealers):
        each.start()
    for each in writers:
        each.join()
    stop.set()
    for each in sealers:
        each.join()
    held = sealed(register)

    assert faults == []
    assert held.size == 4 * 12 * 2
    assert codes(verified(register, held)) == []


def test_an_event_can_be_written_while_others_are_being_sealed(server_register: Register) -> None:
    act(server_register, "a")

    with server_register.write() as conn:
        audit_chain.seal(conn, SYSTEM)
        act(server_register, "b")

    assert verified(server_register).unsealed == 1
