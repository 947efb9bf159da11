"""What the forms on paper say of records: what is known, and nothing that is not."""

from catalog import field_value, fonds, schema
from catalog.description import Value
from review import form_data
from review.form_data import Office as Printing
from tests.catalog.archive import SYSTEM, Office
from tests.catalog.arranged import stack

SUBJECT, MAKER = 3, 3  # columns


def test_the_list_of_contents_leaves_what_is_not_sure_to_the_pen(office: Office) -> None:
    here = stack(office, pages=(1, 1, 1))
    sure, unsure, unread = here.documents
    with office.register.write() as conn:
        for document, confidence in ((sure, 0.95), (unsure, 0.6)):
            said = {"type": Value("Quyết định", confidence), "subject": Value("về việc thử", confidence)}
            field_value.record_machine(conn, SYSTEM, document, said, pages=[])
        titled = schema.document.update().where(schema.document.c.id.in_((unsure, unread)))
        conn.execute(titled.values(title="Quyết định về việc thử"))

        found = form_data.contents(conn, office.archivist, here.dossier, office=Printing())

    assert [row.cells[SUBJECT] for row in found.rows] == ["Quyết định về việc thử", "", ""]


def test_the_plan_names_nobody_as_the_maker_who_only_signed(office: Office) -> None:
    here = stack(office, pages=(1,))
    with office.register.write() as conn:
        signed = {"state": "signed-off", "signed_by": "lan"}
        conn.execute(schema.dossier.update().where(schema.dossier.c.id == here.dossier).values(**signed))
        place = fonds.find(conn, SYSTEM, office.fonds.code)

        found = form_data.plan_of_files(conn, office.archivist, place, office=Printing())

    assert [row.cells[MAKER] for row in found.rows] == [""]
