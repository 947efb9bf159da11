"""Seeing and saying what a document is, and correcting what was read, for programs."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.archive import doors
from catalog import schema
from luutru import indexing
from tests.api.conftest import Enter, people_at, served
from tests.api.stock import Stock, copied


@pytest.fixture(scope="module")
def desk(stock: Stock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """A copy of the stock, to be changed."""
    made = copied(stock, tmp_path_factory.mktemp("desk") / "home")
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def address(desk: Stock) -> Iterator[str]:
    """Where the copy is served."""
    with served(create_app(doors(desk.archive, desk.settings))) as where:
        yield where


@pytest.fixture(scope="module")
def enter(address: str) -> Iterator[Enter]:
    """Let somebody sign in at the doors of the copy."""
    with people_at(address) as let_in:
        yield let_in


@pytest.fixture(scope="module")
def papers(desk: Stock) -> dict[str, str]:
    """Ids of the documents, by name of their file."""
    with desk.archive.register.read() as conn:
        return {row.name: row.id for row in conn.execute(schema.document.select())}


def state(client: httpx.Client, document: str) -> dict[str, object]:
    answer = client.get(f"/api/v1/documents/{document}/fields")
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def take_in_changes(stock: Stock) -> None:
    name, index = stock.archive.generations.open_current()
    while indexing.index_changes(stock.archive, index, name):
        pass
    index.close()


class TestFields:
    def test_shows_what_is_known_with_its_evidence(self, enter: Enter, papers: dict[str, str]) -> None:
        told = state(enter("minh"), papers["quyet-dinh.pdf"])

        assert told["state"] == "described"
        fields = told["fields"]
        assert isinstance(fields, dict)
        assert fields["code"]["value"]
        assert fields["code"]["evidence"][0]["page"]
        assert fields["code"]["source"] == "machine"

    def test_takes_what_a_person_says(self, enter: Enter, papers: dict[str, str]) -> None:
        lan, paper = enter("lan"), papers["bao-cao.pdf"]
        seen = state(lan, paper)["version"]

        answer = lan.patch(
            f"/api/v1/documents/{paper}/fields", json={"base": seen, "fields": {"signer": "Lê Văn An"}}
        )

        assert answer.status_code == 200, answer.text
        said = answer.json()["fields"]["signer"]
        assert (said["value"], said["source"], said["by"]) == ("Lê Văn An", "person", "lan")
        told = lan.get(f"/api/v1/documents/{paper}/fields/history", params={"name": "signer"}).json()
        assert told[0]["by"] == "lan"

    def test_names_every_field_that_cannot_stand(self, enter: Enter, papers: dict[str, str]) -> None:
        lan, paper = enter("lan"), papers["quyet-dinh.pdf"]

        answer = lan.patch(
            f"/api/v1/documents/{paper}/fields",
            json={"base": 99, "fields": {"date": "2017-02-30", "type": "Sắc lệnh"}},
        )

        assert answer.status_code == 400
        assert answer.json()["errors"] == {"date": "no-date", "type": "not-in-list"}

    def test_says_which_fields_somebody_else_changed(self, enter: Enter, papers: dict[str, str]) -> None:
        lan, other, paper = enter("lan"), enter("quantri"), papers["bao-cao.pdf"]
        seen = state(lan, paper)["version"]
        address = f"/api/v1/documents/{paper}/fields"
        other.patch(address, json={"base": seen, "fields": {"place": "An Lạc"}})

        answer = lan.patch(address, json={"base": seen, "fields": {"place": "Hà Tu"}})

        assert answer.status_code == 409
        assert (answer.json()["slug"], answer.json()["names"]) == ("fields-changed", ["place"])

    def test_accepts_and_takes_back(self, enter: Enter, papers: dict[str, str]) -> None:
        lan, paper = enter("lan"), papers["cong-van.jpg"]
        address = f"/api/v1/documents/{paper}/fields"
        told = state(lan, paper)

        accepted = lan.patch(address, json={"base": told["version"], "accept": ["issuer"]}).json()
        back = lan.patch(address, json={"base": accepted["version"], "take_back": ["issuer"]}).json()

        assert accepted["fields"]["issuer"]["source"] == "person"
        assert back["fields"]["issuer"] == told["fields"]["issuer"]  # type: ignore[index]  # JSON

    def test_one_field_cannot_be_set_and_accepted_at_once(self, enter: Enter, papers: dict[str, str]) -> None:
        answer = enter("lan").patch(
            f"/api/v1/documents/{papers['bao-cao.pdf']}/fields",
            json={"base": 0, "fields": {"code": "1/QĐ"}, "accept": ["code"]},
        )

        assert (answer.status_code, answer.json()["slug"]) == (400, "change-unclear")

    def test_a_reader_says_nothing_and_a_stranger_sees_nothing(
        self, enter: Enter, papers: dict[str, str], stranger: httpx.Client
    ) -> None:
        address = f"/api/v1/documents/{papers['bao-cao.pdf']}/fields"
        change = {"base": 0, "fields": {"signer": "An"}}

        assert enter("minh").patch(address, json=change).status_code == 403
        assert enter("tam").get(address).status_code == 404
        assert enter("tam").patch(address, json=change).status_code == 404
        assert stranger.get(address).status_code == 401

    def test_a_look_at_a_restricted_document_is_written_down(
        self, enter: Enter, desk: Stock, papers: dict[str, str]
    ) -> None:
        quantri, paper = enter("quantri"), papers["cong-van.jpg"]

        quantri.get(f"/api/v1/documents/{paper}/fields/history")

        with desk.archive.register.read() as conn:
            seen = conn.execute(
                schema.event.select().where(
                    schema.event.c.subject == f"document:{paper}", schema.event.c.kind == "viewed"
                )
            ).all()
        assert "quantri" in {row.actor for row in seen}


class TestReading:
    def first_page(self, client: httpx.Client, paper: str) -> str:
        page: str = client.get(f"/api/v1/documents/{paper}").json()["pages"][0]["id"]
        return page

    def test_corrects_a_line_and_search_finds_it(
        self, enter: Enter, desk: Stock, papers: dict[str, str]
    ) -> None:
        lan = enter("lan")
        page = self.first_page(lan, papers["bao-cao.pdf"])
        address = f"/api/v1/pages/{page}/reading"
        seen = lan.get(address).json()
        text = seen["lines"][3]["text"] + " Trườngsinhtửvi"

        answer = lan.put(address, json={"base": seen["reading"], "lines": [{"line": 3, "text": text}]})
        take_in_changes(desk)

        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["lines"][3]["text"] == text
        assert [version["source"] for version in told["versions"]] == ["person", "machine"]
        hits = lan.get("/api/v1/search", params={"q": "truongsinhtuvi"}).json()["hits"]
        assert [hit["page_id"] for hit in hits] == [page]
        again = lan.put(address, json={"base": told["reading"], "choose": seen["reading"]}).json()
        assert again["reading"] == seen["reading"]
        take_in_changes(desk)

    def test_of_two_the_second_is_told(self, enter: Enter, papers: dict[str, str]) -> None:
        lan, other = enter("lan"), enter("quantri")
        page = self.first_page(lan, papers["quyet-dinh.pdf"])
        address = f"/api/v1/pages/{page}/reading"
        seen = lan.get(address).json()["reading"]
        other.put(address, json={"base": seen, "lines": [{"line": 0, "text": "một"}]})

        answer = lan.put(address, json={"base": seen, "lines": [{"line": 0, "text": "hai"}]})

        assert (answer.status_code, answer.json()["slug"]) == (409, "reading-changed")

    def test_refuses_what_fits_nothing_and_who_may_not(self, enter: Enter, papers: dict[str, str]) -> None:
        lan = enter("lan")
        page = self.first_page(lan, papers["bao-cao.pdf"])
        address = f"/api/v1/pages/{page}/reading"
        seen = lan.get(address).json()["reading"]
        change = {"base": seen, "lines": [{"line": 999, "text": "x"}]}

        assert lan.put(address, json=change).json()["slug"] == "correction-invalid"
        assert lan.put(address, json={"base": seen}).json()["slug"] == "change-unclear"
        change = {"base": seen, "lines": [{"line": 0, "text": "x"}]}
        assert enter("minh").put(address, json=change).status_code == 403
        assert enter("tam").get(address).status_code == 404
        assert enter("tam").put(address, json=change).status_code == 404
