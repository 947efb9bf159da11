"""What a person sees beside the page image, and what of it is not everybody's to see."""

from catalog import key_value
from catalog.access import Scope
from catalog.identifiers import DocumentId
from review.filling import Filling
from tests.catalog.archive import Office
from tests.catalog.test_field_value import a_document


def a_denunciation(office: Office) -> DocumentId:
    paper = a_document(office)
    with office.register.write() as conn:
        for name, who in (("accused", "Lê Văn An"), ("accuser", "Trần Thị Bình")):
            key_value.set_by_person(conn, office.archivist, name, [who], document=paper, base=0)
    return paper


def named(office: Office, scope: Scope, paper: DocumentId) -> list[str]:
    return [key.name for key in Filling(office.register).open(scope, paper).keys]


def test_who_accused_is_shown_to_those_who_check_and_to_no_reader(office: Office) -> None:
    paper = a_denunciation(office)

    assert named(office, office.archivist, paper) == ["accused", "accuser"]
    assert named(office, office.reader, paper) == ["accused"]
