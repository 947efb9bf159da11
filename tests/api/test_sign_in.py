"""Guessing passwords gets slow; one's own password is one's own."""

import httpx

from api.backoff import FORGET_SECONDS, FREE_TRIES, LONGEST_WAIT_SECONDS, Backoff
from tests.api.conftest import Enter, csrf_of
from tests.api.stock import PASSWORD


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestGuessing:
    def test_is_answered_the_same_for_names_that_exist_and_names_that_do_not(
        self, empty_address: str
    ) -> None:
        with httpx.Client(base_url=empty_address) as guesser:
            known = guess(guesser, "lan")
            unknown = guess(guesser, "nobody")

        assert known.status_code == unknown.status_code == 401
        assert "không đúng" in known.text

    def test_many_names_from_one_address_has_to_wait(self, empty_address: str) -> None:
        with httpx.Client(base_url=empty_address) as guesser:
            answers = [guess(guesser, f"name{i}").status_code for i in range(FREE_TRIES + 1)]
            right = guess(guesser, "lan", PASSWORD)

        assert answers == [401] * FREE_TRIES + [429]
        assert right.status_code == 429
        assert int(right.headers["retry-after"]) >= 1
        assert "Xin chờ" in right.text

    def test_waits_double_up_to_a_quarter_of_an_hour_and_are_forgotten(self) -> None:
        clock = Clock()
        backoff = Backoff(clock)

        waits = []
        for _ in range(FREE_TRIES + 20):
            backoff.failed("10.0.0.1")
            waits.append(backoff.wait("10.0.0.1"))
        other = backoff.wait("10.0.0.2")
        clock.now += FORGET_SECONDS + 1
        backoff.failed("10.0.0.1")

        assert waits[: FREE_TRIES - 1] == [0] * (FREE_TRIES - 1)
        assert waits[FREE_TRIES - 1 : FREE_TRIES + 2] == [3, 5, 9]
        assert waits[-1] == LONGEST_WAIT_SECONDS + 1
        assert other == 0
        assert backoff.wait("10.0.0.1") == 0


class TestOnesOwnPassword:
    def test_is_changed_only_by_who_knows_it(self, enter_empty: Enter, as_in_earnest: None) -> None:
        lan = enter_empty("lan")

        wrong = lan.post("/password", data={"current": "nope nope", "new": "x" * 12, "again": "x" * 12})
        differ = lan.post("/password", data={"current": PASSWORD, "new": "x" * 12, "again": "y" * 12})
        short = lan.post("/password", data={"current": PASSWORD, "new": "x", "again": "x"})
        right = lan.post("/password", data={"current": PASSWORD, "new": "x" * 12, "again": "x" * 12})

        assert [a.status_code for a in (wrong, differ, short, right)] == [400, 400, 400, 303]
        assert "hiện tại không đúng" in wrong.text

    def test_changed_ends_other_sessions_and_keeps_this_one(self, enter_empty: Enter) -> None:
        here, elsewhere = enter_empty("lan"), enter_empty("lan")

        here.post("/password", data={"current": PASSWORD, "new": "x" * 12, "again": "x" * 12})

        assert here.get("/batches").status_code == 200
        assert elsewhere.get("/batches").status_code == 303


def guess(client: httpx.Client, name: str, password: str = "wrong password") -> httpx.Response:
    """Try a name and a password, as a browser does."""
    token = csrf_of(client.get("/sign-in").text)
    return client.post("/sign-in", data={"name": name, "password": password, "csrf": token})
