"""Administrators look after people; everybody after their own tokens."""

import re

from tests.api.conftest import Enter
from tests.api.stock import Stock


class TestTheUsersPage:
    def test_is_for_administrators(self, enter: Enter) -> None:
        lan = enter("lan")

        answers = [
            lan.get("/users"),
            lan.post("/users", data={"name": "x", "role": "administrator", "unit": "*"}),
        ]

        assert [answer.status_code for answer in answers] == [403, 403]
        assert "Chưa được phép" in answers[0].text

    def test_adds_a_person_with_a_one_time_password(self, enter_empty: Enter, empty: Stock) -> None:
        admin = enter_empty("quantri")

        page = admin.post(
            "/users", data={"name": "hoa", "full_name": "Lê Hoà", "role": "archivist", "unit": empty.an_lac}
        )

        assert 'id="secret"' in page.text
        assert "Lê Hoà" in page.text
        assert "Cán bộ lưu trữ · UBND xã An Lạc" in page.text
        assert 'id="secret"' not in admin.get("/users").text

    def test_never_takes_an_empty_unit_for_everywhere(self, enter_empty: Enter) -> None:
        answer = enter_empty("quantri").post("/users", data={"name": "hoa", "role": "reader", "unit": ""})

        assert answer.status_code == 400

    def test_locks_an_account_at_once_but_never_ones_own(self, enter_empty: Enter) -> None:
        admin, lan = enter_empty("quantri"), enter_empty("lan")
        people = dict(
            re.findall(r"<strong>(\w+)</strong>.*?/users/(\w{32})/", admin.get("/users").text, re.S)
        )

        admin.post(f"/users/{people['lan']}/active", data={"active": ""})
        own = admin.post(f"/users/{people['quantri']}/active", data={"active": ""})

        assert lan.get("/").status_code == 303
        assert own.status_code == 409

    def test_grants_and_revokes(self, enter_empty: Enter, empty: Stock) -> None:
        admin, tam = enter_empty("quantri"), enter_empty("tam")
        people = dict(
            re.findall(r"<strong>(\w+)</strong>.*?/users/(\w{32})/", admin.get("/users").text, re.S)
        )
        there = {"role": "archivist", "unit": empty.ha_tu}

        before = tam.get("/upload").status_code
        admin.post(f"/users/{people['tam']}/grants", data=there)
        granted = tam.get("/upload").status_code
        admin.post(f"/users/{people['tam']}/revoke", data=there)

        assert (before, granted, tam.get("/upload").status_code) == (403, 200, 403)


class TestATokenOfOnesOwn:
    def test_lets_a_program_in_with_ones_rights_and_no_more(
        self, enter_empty: Enter, empty_address: str
    ) -> None:
        import httpx

        lan = enter_empty("lan")
        secret = lan.post("/api/v1/tokens", json={"label": "một cửa", "days": 30}).json()["secret"]
        with httpx.Client(base_url=empty_address, headers={"Authorization": f"Bearer {secret}"}) as program:
            allowed = program.get("/api/v1/batches")
            opened = program.post("/api/v1/batches", json={"fonds": "ANLAC", "name": "từ máy"})
            desk = program.get("/batches")
            token = lan.get("/api/v1/tokens").json()[0]["id"]
            lan.delete(f"/api/v1/tokens/{token}")
            ended = program.get("/api/v1/batches")

        assert (allowed.status_code, opened.status_code) == (200, 201)
        assert desk.status_code == 303, "a token opens the API, not the desk"
        assert ended.status_code == 401

    def test_is_described_with_examples(self, enter: Enter) -> None:
        lan = enter("lan")

        document = lan.get("/api/v1/openapi.json").json()
        page = lan.get("/api/v1/docs")

        operations = [op for methods in document["paths"].values() for op in methods.values()]
        assert all(path.startswith("/api/v1/") for path in document["paths"])
        assert all(op.get("summary") for op in operations)
        assert len(operations) >= 19
        bare = [
            name
            for name, shape in document["components"]["schemas"].items()
            if name.endswith(("State", "Answer", "Batch", "Upload", "Token", "Words", "Problem"))
            and "example" not in shape
        ]
        assert bare in ([], ["CoverageState"])
        assert "PATCH" in page.text
