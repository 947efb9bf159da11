"""Nobody gets past the doors without a name; nothing changes without proof of intent."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from api import gate
from api.limits import MOST_FIELDS
from tests.api.conftest import Enter, csrf_of
from tests.api.stock import PASSWORD, Stock

STRANGERS_MAY = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/language/{language}"),
    ("GET", "/health"),
    ("GET", "/favicon.ico"),
}


def every_route(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield method and path of everything the application answers."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            continue  # our own style sheets and scripts
        for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
            yield method, str(route.path)


def at(path: str) -> str:
    """Return an address that matches a route's path."""
    return re.sub(r"\{[^}]+\}", "0" * 32, path)


class TestAStranger:
    def test_is_served_nothing_but_the_way_in(self, app: FastAPI, stranger: httpx.Client) -> None:
        routes = set(every_route(app))

        served = {
            (method, path)
            for method, path in routes - STRANGERS_MAY
            if not turned_away(stranger.request(method, at(path)))
        }

        assert len(routes) > 35
        assert routes >= STRANGERS_MAY
        assert served == set()

    def test_with_a_made_up_session_or_token_is_a_stranger(
        self, app: FastAPI, stranger: httpx.Client
    ) -> None:
        stranger.cookies.set(gate.SESSION_COOKIE, "x" * 43)
        forged = {"Authorization": "Bearer lt_" + "x" * 43}

        served = [
            path
            for method, path in every_route(app)
            if (method, path) not in STRANGERS_MAY
            and not (
                turned_away(stranger.request(method, at(path)))
                and turned_away(stranger.request(method, at(path), headers=forged))
            )
        ]

        assert served == []

    def test_learns_nothing_about_which_addresses_exist(self, stranger: httpx.Client, stock: Stock) -> None:
        there = stranger.get(f"/dossiers/{stock.paper}")
        nowhere = stranger.get("/dossiers/nothing")

        assert there.status_code == nowhere.status_code == 303
        assert there.text == nowhere.text == ""

    def test_is_led_back_to_what_they_wanted(self, stranger: httpx.Client) -> None:
        asked = stranger.get("/search?q=thửa đất")

        form = stranger.get(asked.headers["location"])

        assert 'name="next" value="/search?q=th' in form.text

    @pytest.mark.parametrize(
        "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "a", "/\n/x"]
    )
    def test_is_never_led_elsewhere(self, stranger: httpx.Client, elsewhere: str) -> None:
        form = stranger.get("/sign-in", params={"next": elsewhere})

        assert 'name="next" value="/"' in form.text


class TestASession:
    def test_ends_with_signing_out(self, enter: Enter) -> None:
        lan = enter("lan")
        before = lan.get("/batches").status_code

        lan.post("/sign-out")

        assert (before, lan.get("/batches").status_code) == (200, 303)

    def test_is_kept_in_a_cookie_that_scripts_and_other_sites_do_not_get(
        self, stranger: httpx.Client
    ) -> None:
        token = csrf_of(stranger.get("/sign-in").text)

        answer = stranger.post("/sign-in", data={"name": "lan", "password": PASSWORD, "csrf": token})

        cookie = answer.headers["set-cookie"].lower()
        assert gate.SESSION_COOKIE in cookie
        assert "httponly" in cookie
        assert "samesite=lax" in cookie

    def test_does_not_open_the_api_with_basic_authentication(self, stranger: httpx.Client) -> None:
        answer = stranger.get("/api/v1/batches", auth=("lan", PASSWORD))

        assert answer.status_code == 401


class TestAChange:
    CHANGES = ("/sign-out", "/users", "/tokens", "/files/x/retry", "/api/v1/batches")

    @pytest.mark.parametrize("path", CHANGES)
    def test_without_the_sessions_token_is_refused(self, enter: Enter, path: str) -> None:
        lan = enter("lan")
        del lan.headers["X-CSRF"]

        answers = [
            lan.post(path),
            lan.post(path, data={"csrf": "guess", "label": "x", "days": "1"}),
            lan.post(path, json={"fonds": "ANLAC"}),
            lan.post(path, headers={"X-CSRF": "guess"}),
            lan.post(path, content="csrf=x", headers={"Content-Type": "text/plain"}),
        ]

        assert [answer.status_code for answer in answers] == [403] * 5

    def test_that_the_browser_says_comes_from_another_site_is_refused(self, enter: Enter) -> None:
        lan = enter("lan")

        answer = lan.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

        assert answer.status_code == 403

    def test_in_a_form_over_the_limit_is_refused(self, enter: Enter) -> None:
        lan = enter("lan")
        token = lan.headers.pop("X-CSRF")

        answer = lan.post("/tokens", data={"csrf": token, "label": "x" * 100_000, "days": "1"})

        assert answer.status_code == 413

    def test_in_a_form_of_too_many_fields_is_refused(self, stranger: httpx.Client) -> None:
        fields = {f"field{number}": "x" for number in range(MOST_FIELDS + 1)}

        answer = stranger.post("/sign-in", data=fields)

        assert answer.status_code == 413

    def test_with_the_token_in_the_form_is_done(self, enter_empty: Enter) -> None:
        lan = enter_empty("lan")
        token = lan.headers.pop("X-CSRF")

        answer = lan.post("/tokens", data={"csrf": token, "label": "một cửa", "days": "1"})

        assert answer.status_code == 200
        assert "lt_" in answer.text

    def test_a_plain_upload_form_is_checked_by_its_route(self, enter_empty: Enter) -> None:
        lan = enter_empty("lan")
        lan.headers.pop("X-CSRF")

        answer = lan.post("/upload/files", data={"csrf": "guess", "fonds": "X"}, files={"files": b"x"})

        assert answer.status_code == 403

    def test_of_signing_in_needs_the_forms_own_token(self, stranger: httpx.Client) -> None:
        stranger.get("/sign-in")

        answer = stranger.post("/sign-in", data={"name": "lan", "password": PASSWORD, "csrf": "guess"})

        assert answer.status_code == 403


class TestSomeoneWithAOneTimePassword:
    def test_can_do_nothing_before_choosing_their_own(
        self, empty: Stock, app: FastAPI, empty_address: str, enter_empty: Enter
    ) -> None:
        admin = enter_empty("quantri")
        page = admin.post(
            "/users", data={"name": "hoa", "full_name": "Hoa", "role": "reader", "unit": empty.an_lac}
        )
        once = re.search(r'id="secret">([^<]+)<', page.text)
        assert once is not None
        with httpx.Client(base_url=empty_address) as hoa:
            token = csrf_of(hoa.get("/sign-in").text)
            hoa.post("/sign-in", data={"name": "hoa", "password": once[1], "csrf": token})

            places = [hoa.get(path) for path in ("/", "/search?q=a", "/tokens")]
            program = hoa.get("/api/v1/search?q=a")
            form = hoa.get("/password")
            changed = hoa.post(
                "/password",
                data={"csrf": csrf_of(form.text), "current": once[1], "new": PASSWORD, "again": PASSWORD},
            )
            after = hoa.get("/search?q=a")

        assert [place.headers["location"] for place in places] == ["/password"] * 3
        assert program.status_code == 403
        assert changed.status_code == 303
        assert after.status_code == 200


def turned_away(answer: httpx.Response) -> bool:
    """Return whether a request got nothing: led to the sign-in form, or refused."""
    led = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    refused = answer.status_code == 401 and "WWW-Authenticate" in answer.headers
    return led or refused
