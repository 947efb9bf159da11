"""The line between two installations: cut, spoilt, answered twice; only what lacks goes, once."""

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from catalog import (
    audit_chain,
    people,
    schema,
    transfer_acceptance,
    transfer_decision,
    transfer_parcel,
    unit,
)
from catalog import transfer as transfers
from catalog.access import NotAllowed, Role
from catalog.checkpoint import Checkpoint
from catalog.instants import now
from catalog.register import Register
from catalog.transfer_item import Decision
from handover import announcement, arriving, bundle, durable, receiving_room, sending
from handover.line import HttpLine, LineBroken, PeerAddress, PeerFails, PeerRefused
from handover.reception import clear_room, take_in_accepted
from handover.sending import send
from tests.handover.line_stock import Dial, forget_parcels, forget_state, here, row_here, sent
from tests.handover.two_houses import Houses, accept_all, administrator


class Bad:
    """A line that is cut before, within or after a question, and that spoils blocks, by chance."""

    def __init__(self, line: HttpLine, seed: int, cuts: int) -> None:
        self._line, self._chance, self.left = line, random.Random(seed), cuts
        self.asked: list[str] = []

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        self.asked.append(f"{method} {path}")
        kind = self._chance.choice(("before", "after", "spoilt", "well", "well"))
        if self.left <= 0 or kind == "well":
            return self._line.ask(method, path, body, headers)
        if kind == "spoilt":
            if body and (method == "PATCH" or path.endswith("/files")):
                self.left -= 1
                return self._line.ask(method, path, bytes([body[0] ^ 1]) + body[1:], headers)
            return self._line.ask(method, path, body, headers)
        self.left -= 1
        if kind == "after":
            self._line.ask(method, path, body, headers)
        raise LineBroken("cut")


def verdicts(houses: Houses) -> set[str]:
    with houses.receiver.archive.register.read() as conn:
        rows = transfer_parcel.parcels(conn, administrator(houses.receiver), houses.came())
    return {one["proposal"] for row in rows for one in (row.verdict or {"dossiers": []})["dossiers"]}


def test_a_line_that_is_cut_and_spoilt_gives_the_same_as_one_that_is_not(
    houses: Houses, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BLOCK", 20_000)  # several blocks of a file of some 100 kB
    monkeypatch.setattr(bundle, "LARGEST", 30_000)
    monkeypatch.setattr(bundle, "MOST_FILES", 3)
    bad = Bad(dial(), seed=7, cuts=40)

    done = sent(houses, bad)
    again = sent(houses, dial())

    assert bad.left == 0
    assert {each.split()[0] for each in bad.asked} == {"POST", "PUT", "PATCH", "GET"}
    assert (done.cuts > 5, again.bytes, again.cuts) == (True, 0, 0)
    assert verdicts(houses) <= {"look", "reserve"}  # there is no ClamAV here: a person looks
    assert not [path for path in here(houses) if ".coming" in path]


def test_what_came_before_a_cut_needs_no_room_again(
    houses: Houses, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwilling(*_words: object, **_more: object) -> None:
        raise NotAllowed("not now")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(arriving.Arrivals, "finish", unwilling)
        with pytest.raises(PeerRefused):
            sent(houses, dial())
    monkeypatch.setattr(receiving_room, "free_bytes", lambda _folder: receiving_room.RESERVE)

    again = sent(houses, dial())

    assert again.bytes == 0
    assert verdicts(houses) <= {"look", "reserve"}


def test_bytes_that_the_sender_may_read_are_not_sent_again_and_others_are(houses: Houses, dial: Dial) -> None:
    first = sent(houses, dial())
    take_all(houses)
    forget_parcels(houses)

    stranger = sent(houses, dial())  # lan does not answer for the fonds any more
    forget_parcels(houses)
    owner = sent(houses, dial("quantri"))

    assert stranger.bytes == first.bytes
    assert owner.bytes < first.bytes / 4  # descriptions and tag files alone; no page of any scan


def take_all(houses: Houses) -> None:
    scope, transfer = administrator(houses.receiver), houses.came()
    with houses.receiver.archive.register.write() as conn:
        transfer_decision.decide_rest(conn, scope, transfer)
        transfer_acceptance.conclude(conn, scope, transfer)
    assert take_in_accepted(houses.house, houses.room, transfer).failed == ()


def test_whoever_thought_for_a_while_is_still_answered(houses: Houses, dial: Dial) -> None:
    line = dial()
    sent(houses, line)
    told = line.ask("GET", f"/handovers/{houses.came()}")

    time.sleep(6.0)  # the receiver has hung up meanwhile

    assert line.ask("GET", f"/handovers/{houses.came()}") == told


def test_the_receipt_goes_back_by_the_line_and_concludes_the_handover_once(
    houses: Houses, dial: Dial
) -> None:
    line = dial()
    sent(houses, line)
    with pytest.raises(PeerRefused, match="transfer-state"):
        line.ask("GET", f"/handovers/{houses.came()}/receipt")
    take_all(houses)

    told = line.ask("GET", f"/handovers/{houses.came()}/receipt")

    assert line.ask("GET", f"/handovers/{houses.came()}/receipt") == told  # with the same checkpoint
    with pytest.raises(PeerRefused, match="transfer-paper-not-found"):
        line.ask("GET", f"/handovers/{houses.came()}/receipt/signature")
    assert {each["decision"] for each in told["items"]} == {"accepted"}
    held = Checkpoint(told["checkpoint"]["size"], told["checkpoint"]["root"], "", now())
    with houses.receiver.archive.register.read() as conn:
        log = audit_chain.verify(conn, administrator(houses.receiver), [held])
    assert (held.size > 0, log.faults) == (True, ())


def test_a_reader_or_stranger_sends_nothing(houses: Houses, dial: Dial) -> None:
    for line in (dial("tam"), dial("")):
        with pytest.raises(PeerRefused, match=r"not-allowed|sign-in-needed"):
            sent(houses, line)

    with houses.receiver.archive.register.read() as conn:
        assert transfers.transfers(conn, administrator(houses.receiver)) == []


def test_an_archivist_of_another_office_learns_of_no_handover(houses: Houses, dial: Dial) -> None:
    sent(houses, dial())
    archive = houses.receiver.archive
    with archive.register.write() as conn:
        other = unit.add(conn, archive.system, "UBND xã Khác").id
        identifier, _once = people.add(conn, archive.system, "nga", full_name="Nga")
        people.grant(conn, archive.system, identifier, Role.ARCHIVIST, other)
    line = dial("nga")

    with pytest.raises(PeerRefused, match="transfer-not-found"):
        line.ask("GET", f"/handovers/{houses.came()}")


def test_a_path_that_leaves_the_parcel_is_refused(houses: Houses, dial: Dial) -> None:
    line = dial()
    sent(houses, line)
    forget_parcels(houses)
    with houses.receiver.archive.register.read() as conn:
        row = transfer_parcel.parcels(conn, administrator(houses.receiver), houses.came())[0]

    for path in ("../../x", "data/../../x", "/etc/passwd", "data\\x", "a//b", "./x"):
        listed = {"files": [{"path": path, "size": 1, "sha256": "0" * 64}]}
        with pytest.raises(PeerRefused, match=r"bad-parcel-path|list-wrong"):
            line.ask(
                "PUT",
                f"/handovers/{houses.came()}/parcels/{row.name}/list",
                json.dumps(listed).encode(),
                {"Content-Type": "application/json"},
            )


def judged(houses: Houses, level: str, proposal: str) -> None:
    """Let the checks have found that fault alone, of a level, so that this is proposed for every dossier."""
    row = row_here(houses)
    verdict = json.loads(json.dumps(row.verdict))
    fault = {"level": level, "code": "x", "outcome": "failed", "subject": "", "detail": ""}
    verdict["findings"] = [each for each in verdict["findings"] if each["code"] != "x"] + [fault]
    for one in verdict["dossiers"]:
        one["proposal"] = proposal
    scope = administrator(houses.receiver)
    with houses.receiver.archive.register.write() as conn:
        transfer_parcel.mark(conn, scope, houses.came(), row.number, "checked", verdict=verdict)


def test_of_two_who_finish_a_parcel_one_is_told_that_somebody_is_at_it(houses: Houses, dial: Dial) -> None:
    line = dial()
    sent(houses, line)
    judged(houses, "R2", "return")  # so that it may be finished again
    before, transfer = here(houses), houses.came()
    name = row_here(houses).name

    with houses.room.at_work(transfer, name), pytest.raises(PeerRefused, match="parcel-at-work"):
        line.ask("POST", f"/handovers/{transfer}/parcels/{name}/finish")

    assert here(houses) == before


def test_the_sender_waits_while_the_receiver_is_at_the_parcel(houses: Houses, dial: Dial) -> None:
    sent(houses, dial())
    waited: list[float] = []
    archive = houses.giver.archive
    with contextlib.ExitStack() as busy:
        busy.enter_context(houses.room.at_work(houses.came(), row_here(houses).name))

        def wait(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 3:
                busy.close()

        done = send(archive.register, archive.store, houses.scope, houses.transfer, dial(), wait=wait)

    assert (waited, done.cuts, len(done.parcels)) == ([0.5, 1.0, 2.0], 0, 1)


def test_a_parcel_stays_in_its_place_where_nothing_comes_that_could_take_it(
    houses: Houses, dial: Dial
) -> None:
    sent(houses, dial())
    before = here(houses)

    with pytest.raises(FileNotFoundError):
        houses.room.settle(houses.came(), row_here(houses).name)

    assert here(houses) == before


def test_a_parcel_on_hold_that_is_as_announced_is_not_sent_again_and_a_spoilt_one_is(
    houses: Houses, dial: Dial
) -> None:
    first = sent(houses, dial())
    judged(houses, "R3", "hold")
    held = sent(houses, dial())
    judged(houses, "R2", "return")
    spoilt = sent(houses, dial())

    assert (held.bytes, spoilt.bytes) == (0, first.bytes)
    assert verdicts(houses) <= {"look", "reserve"}


def test_a_parcel_that_was_decided_on_is_not_replaced(houses: Houses, dial: Dial) -> None:
    sent(houses, dial())
    judged(houses, "R2", "return")
    scope, transfer = administrator(houses.receiver), houses.came()
    with houses.receiver.archive.register.write() as conn:
        said = transfer_decision.Said(Decision.RETURNED, "hỏng")
        transfer_decision.decide_rest(conn, scope, transfer, said)
    before = here(houses)

    again = sent(houses, dial())

    assert (again.bytes, here(houses), verdicts(houses)) == (0, before, {"return"})


class Failing:
    """A receiver that breaks over each of the first questions; each costs ten seconds."""

    def __init__(self, line: HttpLine, error: LineBroken, times: int) -> None:
        self._line, self._error, self.left, self.now = line, error, times, 0.0

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        self.now += 10.0
        if self.left > 0:
            self.left -= 1
            raise self._error
        return self._line.ask(method, path, body, headers)


def test_a_receiver_that_breaks_over_a_question_thrice_is_no_broken_line(houses: Houses, dial: Dial) -> None:
    sent(houses, Failing(dial(), PeerFails("500"), 2))
    always = Failing(dial(), PeerFails("500"), 99)

    with pytest.raises(PeerRefused, match="peer-fails"):
        sent(houses, always)

    assert always.left == 96


def test_patience_ends_by_the_clock(houses: Houses, dial: Dial) -> None:
    archive, line = houses.giver.archive, Failing(dial(), LineBroken("cut"), 99)

    with pytest.raises(LineBroken):
        send(
            archive.register,
            archive.store,
            houses.scope,
            houses.transfer,
            line,
            patience=60.0,
            wait=lambda _seconds: None,
            clock=lambda: line.now,
        )

    assert 99 - line.left == 6  # the pauses alone come to it at the seventh


def test_the_register_is_free_while_a_block_goes_to_the_disk(
    houses: Houses, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    register, ways = houses.receiver.archive.register, dict.fromkeys(("write_at", "write_all"), False)

    def watched(name: str) -> Callable[..., None]:
        wrote = getattr(durable, name)

        def write(*what: Any) -> None:
            ways[name] = free_now(register)
            wrote(*what)

        return write

    for name in ways:
        monkeypatch.setattr(arriving, name, watched(name))
    monkeypatch.setattr(bundle, "LARGEST", 30_000)
    sent(houses, dial())

    assert ways == {"write_at": True, "write_all": True}


def free_now(register: Register) -> bool:
    """Return whether somebody else may write into the register within a moment."""

    def write() -> None:
        with register.write() as conn:
            conn.execute(schema.transfer_received.delete().where(schema.transfer_received.c.path == "none"))

    other = threading.Thread(target=write, daemon=True)
    other.start()
    other.join(3.0)
    return not other.is_alive()


def test_what_was_returned_lies_here_no_more_once_it_is_concluded(houses: Houses, dial: Dial) -> None:
    sent(houses, dial())
    scope, transfer = administrator(houses.receiver), houses.came()
    with houses.receiver.archive.register.write() as conn:
        said = transfer_decision.Said(Decision.RETURNED, "hỏng")
        transfer_decision.decide_rest(conn, scope, transfer, said)
        transfer_acceptance.conclude(conn, scope, transfer)
    (houses.room.coming(transfer, row_here(houses).name) / "data").mkdir(parents=True)

    clear_room(houses.receiver.archive.register, scope, houses.room, transfer)
    forget_state(houses)
    again = sent(houses, dial())

    assert again.bytes == 0
    assert [path.name for path in (houses.room.folder / transfer).iterdir()] == ["handover.json"]


@pytest.mark.parametrize("address", ["http://example.org", "ftp://localhost", "https://a@b", "localhost:80"])
def test_records_do_not_go_over_an_open_line(address: str) -> None:
    with pytest.raises(PeerAddress):
        HttpLine(address, "token")


def test_what_no_longer_is_as_announced_comes_again_by_the_line_once_all_is_concluded(
    houses: Houses, dial: Dial
) -> None:
    sent(houses, dial())
    path = sorted((houses.room.folder / houses.came()).rglob("*.pdf"))[0]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    first = accept_all(houses)

    again = sent(houses, dial())
    last = take_in_accepted(houses.house, houses.room, houses.came())

    assert [slug for _name, slug, _why in first.failed] == ["package-changed"]
    assert again.bytes > 0
    assert (len(last.dossiers), last.failed) == (1, ())
    assert sent(houses, dial()).bytes == 0


def test_a_parcel_of_which_only_a_disk_told_is_not_finished_by_the_line(houses: Houses, dial: Dial) -> None:
    line = dial()
    sent(houses, line)
    judged(houses, "R2", "return")  # so that it may be finished again
    transfer, name = houses.came(), row_here(houses).name
    (houses.room.folder / transfer / announcement.NAME).unlink()  # a disk leaves none there

    with pytest.raises(PeerRefused, match="not-announced"):
        line.ask("POST", f"/handovers/{transfer}/parcels/{name}/finish")
