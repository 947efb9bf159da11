"""Which of two readings of TT 05/2025 the packages of a handover follow; chosen when it is sealed."""

from dataclasses import dataclass

from luutru.errors import InvalidInput


class ProfileUnknown(InvalidInput):
    """There is no such profile."""

    slug = "profile-unknown"


@dataclass(frozen=True)
class Profile:
    """A reading of the circular; both are told apart by name."""

    name: str
    masters: bool  #: rep2: the scans as they came
    readings: bool  #: rep3: ALTO and text
    record: bool  #: what another Lưu Trữ takes a dossier over whole by (`handover.record`)
    circular: bool  #: the deviations of the package that the national system accepted (docs/handover.md)


CSIP = Profile("csip-2.0.4", masters=True, readings=True, record=True, circular=False)
TT05 = Profile("tt05-2025", masters=False, readings=False, record=False, circular=True)
PROFILES = {each.name: each for each in (CSIP, TT05)}


def profile(name: str) -> Profile:
    """Return the profile of that name.

    Raises:
        ProfileUnknown: there is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        raise ProfileUnknown(f"{name[:40]!r} is no profile: {' or '.join(PROFILES)}") from None
