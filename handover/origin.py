"""From whom does a parcel come: its signature against the office that the announcement names (R3).

A parcel that bears none fails where somebody's signatures are believed: whoever carries a disk can take them
off. What cannot be asked (nobody to believe, no time stamp yet) is told so and never as passed.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from handover import bag
from handover.announcement import Announcement
from handover.outcome import Check, could_not_run, failed
from handover.signature_reading import read_signature
from handover.signed_parcel import LARGEST_MANIFEST, ParcelPlace, ParcelUnreadable
from handover.trust import Trust

OriginCheck = Callable[[Path, Path, Announcement | None], Iterable[Check]]
"""Says whether a parcel's signature is the giver's: by its folder, how it came, and what was announced."""

SUBJECT = "signatures/"
LACKS = "signature-lacks"
BYTES, CHANGED = "signature-bytes", "signature-bytes-changed"
"""Codes of a signature that is over what lies there, and of one that is not (`handover.signature_check`)."""


def origin_by(trust: Callable[[], Trust]) -> OriginCheck:
    """Return the check by those whom `trust` believes; asked anew for each parcel, as lists of it change."""

    def check(folder: Path, came: Path, told: Announcement | None) -> Iterable[Check]:
        manifest = folder / bag.TAG_MANIFEST
        believed = trust()
        lacks = failed if believed.signers else could_not_run
        if not manifest.is_file() or manifest.is_symlink():
            return (lacks(LACKS, SUBJECT, "there is no tag manifest to be signed"),)
        try:
            p7s, tsr = _signatures(folder, came)
        except ParcelUnreadable as error:
            return (failed("signature-unreadable", SUBJECT, str(error)),)
        if p7s is None:
            nobody = "" if believed.signers else ", and there is nobody whose signature is believed"
            return (lacks(LACKS, SUBJECT, f"the parcel bears none{nobody}"),)
        if manifest.stat().st_size > LARGEST_MANIFEST:
            return (failed("signature-unreadable", SUBJECT, f"{bag.TAG_MANIFEST} is far too large"),)
        office = told.giver if told else None
        data = manifest.read_bytes()
        return read_signature(data, p7s, believed, expected_office=office, tsr=tsr, subject=SUBJECT)

    return check


def _signatures(folder: Path, came: Path) -> tuple[bytes | None, bytes | None]:
    """Return signature and stamp: those within the parcel, else those beside the archive that it came as."""
    within = ParcelPlace(folder).signatures()
    if within[0] is not None or came.is_dir():
        return within
    return ParcelPlace(came).signatures()
