"""What comes is looked through for secret marks here, whatever the giver's rules were, before it is found."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog import document, dossier, objects, page, schema, transfer_acceptance, transfer_decision
from catalog.access import Role
from catalog.identifiers import DossierId, ObjectKey
from catalog.instants import now
from catalog.reading import Line, Reading, Word, from_bytes
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision
from handover.reception import TakenIn, take_in_accepted
from handover.report import Proposal
from luutru import hands
from luutru.rescreening import screen_archive
from paper.alto import alto
from tests.api.stock import Stock, copied, make
from tests.handover.two_houses import Houses, administrator, export, received, sealed

CODE = "ANLAC.1998.1"


@pytest.fixture(scope="module")
def gave(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stock, Stock, Path, str]]:
    """A giver whose rules let a page with a mark through, a receiver's mould, and the disk."""
    giver = make(tmp_path_factory.mktemp("giver") / "home")
    mould = make(tmp_path_factory.mktemp("mould") / "home", stocked=False)
    with giver.archive.register.read() as conn:
        every = dossier.dossiers(conn, administrator(giver))
        chosen = [next(one.id for one in every if one.label == label) for label in ("HS 1", "HS 45")]
    let_through(giver, chosen[0])
    transfer = sealed(giver, chosen)
    disk = tmp_path_factory.mktemp("disk")
    export(Houses(giver, mould, transfer), disk)
    mould.archive.close()
    yield giver, mould, disk, transfer
    giver.archive.close()


def let_through(stock: Stock, inside: DossierId) -> None:
    """Have a mark on its own line at the head of the first page of a dossier."""
    archive, scope = stock.archive, administrator(stock)
    with archive.register.read() as conn:
        paper = document.of_dossier(conn, scope, inside)[0]
        leaf = page.of_document(conn, scope, paper.id)[0]
    assert leaf.reading_key is not None
    with archive.store.get(leaf.reading_key) as stream:
        read = from_bytes(stream.read())
    described = archive.store.put(
        io.BytesIO(alto(with_mark(read), page_number=1, image_name="1", made_at=now()))
    )
    with archive.register.write() as conn:
        objects.note(conn, archive.system, described.key, described.size, "alto")
        made = schema.derivative
        mine = (made.c.page_id == leaf.id, made.c.kind == "alto")
        assert conn.execute(made.update().where(*mine).values(object_key=described.key)).rowcount == 1


def with_mark(read: Reading) -> Reading:
    box = (60, 2, 120, 24)
    return replace(read, lines=(Line((Word("MẬT", box, 0.97, True),), box), *read.lines))


@pytest.fixture
def houses(gave: tuple[Stock, Stock, Path, str], tmp_path: Path) -> Iterator[tuple[Houses, Path]]:
    giver, mould, disk, transfer = gave
    receiver = copied(mould, tmp_path / "home")
    yield Houses(giver, receiver, transfer), disk  # type: ignore[arg-type]  # an id is a text
    receiver.archive.close()


def accepted_although(houses: Houses) -> TakenIn:
    scope, transfer = administrator(houses.receiver), houses.came()
    with houses.receiver.archive.register.write() as conn:
        said = Said(Decision.ACCEPTED, "đã hỏi bên giao", although=True)
        transfer_decision.decide_rest(conn, scope, transfer, said)
        transfer_acceptance.conclude(conn, scope, transfer)
    return take_in_accepted(houses.house, houses.room, transfer)


def kept_masters(stock: Stock) -> set[ObjectKey]:
    with stock.archive.register.read() as conn:
        return set(conn.execute(select(schema.source_file.c.object_key)).scalars())


def test_whoever_decides_sees_that_a_page_reads_like_a_secret_mark(houses: tuple[Houses, Path]) -> None:
    both, disk = houses

    came = received(both, disk)

    told = came.report.dossiers[CODE]
    marks = [each.check for each in told.findings if each.check.code == "secret-mark"]
    assert [each.detail for each in marks] == ["page 1: MẬT"]
    assert told.proposal is Proposal.HOLD
    assert came.report.dossiers["ANLAC.1998.2"].proposal is not Proposal.HOLD


def test_what_reads_like_a_secret_mark_is_not_taken_in_though_it_was_accepted(
    houses: tuple[Houses, Path],
) -> None:
    both, disk = houses
    received(both, disk)

    taken = accepted_although(both)

    assert [(name, slug) for name, slug, _reason in taken.failed] == [(CODE, "secret-mark-came")]
    archive = both.receiver.archive
    masters = kept_masters(both.giver) - {None}
    assert masters.isdisjoint(archive.store.keys())
    with archive.register.read() as conn:
        assert conn.execute(select(schema.page.c.id)).all() == []


def test_a_custodian_who_sees_that_it_is_none_says_so_and_the_pictures_are_looked_through(
    houses: tuple[Houses, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    both, disk = houses
    received(both, disk)
    accepted_although(both)
    archive, transfer, reason = both.receiver.archive, both.came(), "chữ trong tiêu đề"
    plain = replace(both.house, no_mark={CODE: reason})
    custodian = replace(plain.scope, grants=plain.scope.grants | {(Role.CUSTODIAN, None)})
    monkeypatch.setattr(hands.Hand, "screen", lambda _hand, _order: None)  # no engine is waited for

    refused = take_in_accepted(plain, both.room, transfer)
    taken = take_in_accepted(replace(plain, scope=custodian), both.room, transfer)
    other = screen_archive(archive, of=both.transfer)
    seen = screen_archive(archive, of=transfer)

    assert [slug for _name, slug, _reason in refused.failed] == ["secret-mark-came"]
    assert (len(taken.dossiers), taken.failed) == (1, ())
    with archive.register.read() as conn:
        leaves = conn.execute(select(schema.page.c.mark_released, schema.page.c.screened)).all()
        told = conn.execute(select(schema.event.c.kind).where(schema.event.c.kind == "secret-no-mark")).all()
    assert sum(leaf.mark_released for leaf in leaves) == 1
    assert all(leaf.screened or leaf.mark_released for leaf in leaves)
    assert (other.looked, seen.looked, len(told)) == (0, len(leaves) - 1, 1)
