"""Whoever typed the digest of the minutes once need not type it again, whichever way a parcel comes next."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from handover import announcement, bag, landing
from handover.minutes import total_digest
from handover.package_digest import package_digest
from handover.receiving import Expecting
from tests.handover.again_stock import EXPECTING, Delivered, Receiver, spoil
from tests.handover.again_stock import delivered as delivered
from tests.handover.again_stock import mould as mould
from tests.handover.again_stock import receiver as receiver
from tests.handover.deliveries import rewrite_lists


def typed(delivered: Delivered) -> Expecting:
    told = landing.announced(delivered.disk)
    assert told is not None
    return replace(EXPECTING, digest=total_digest((each.name, each.digest) for each in told.parcels))


def of_another_list(delivered: Delivered) -> None:
    """Change a document and the list of files, not the tag manifest that signature and minutes are over."""
    signed = (delivered.first / bag.TAG_MANIFEST).read_bytes()
    spoil(delivered)
    rewrite_lists(delivered.first)
    (delivered.first / bag.TAG_MANIFEST).write_bytes(signed)


def announce_what_lies_there(delivered: Delivered) -> None:
    told = landing.announced(delivered.disk)
    assert told is not None
    top = delivered.pdf().parents[3]
    rows = [
        (path.relative_to(top.parent).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in top.rglob("*")
        if path.is_file()
    ]
    items = (replace(told.items[0], digest=package_digest(rows)), *told.items[1:])
    (delivered.disk / announcement.NAME).write_bytes(announcement.to_json(replace(told, items=items)))


def test_a_whole_copy_takes_the_place_of_one_whose_list_is_spoilt(
    receiver: Receiver, delivered: Delivered
) -> None:
    path = delivered.first / bag.TAG_MANIFEST
    good = path.read_bytes()
    path.write_bytes(good[:-20])
    came = receiver.came(typed(delivered))
    spoilt = receiver.proposed(came)
    path.write_bytes(good)

    receiver.came()

    assert (spoilt, receiver.proposed(came)) == (["hold"] * 2, ["accept"] * 2)


def test_a_forged_list_takes_no_place_though_nobody_types_the_digest_again(
    receiver: Receiver, delivered: Delivered, tmp_path: Path
) -> None:
    good = shutil.copytree(delivered.first, tmp_path / "good")
    of_another_list(delivered)
    announce_what_lies_there(delivered)
    place = delivered.first
    forged = shutil.move(place, tmp_path / "forged")
    shutil.copytree(good, place)
    came = receiver.came(typed(delivered))
    at_first = receiver.proposed(came)
    shutil.rmtree(place)
    shutil.move(forged, place)

    receiver.came()

    assert (at_first, receiver.proposed(came)) == (["return", "accept"], at_first)


def test_a_wrong_digest_is_not_forgotten_for_the_right_one_that_was_typed_before(
    receiver: Receiver, delivered: Delivered
) -> None:
    came = receiver.came(typed(delivered))
    receiver.came(replace(EXPECTING, digest="0" * 64))
    wrong = receiver.proposed(came)

    receiver.came()

    assert (wrong, receiver.proposed(came)) == (["hold"] * 2, wrong)
