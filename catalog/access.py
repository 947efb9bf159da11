"""Who asks: the one argument that no query in the register or the index may lack."""

from dataclasses import dataclass
from enum import StrEnum

from catalog.identifiers import UnitId, UserId
from luutru.errors import NotFound


class Role(StrEnum):
    """What a person may do; a role counts in one unit, or in all."""

    ADMINISTRATOR = "administrator"  #: people, units, settings; everywhere
    ARCHIVIST = "archivist"  #: takes in, checks, corrects, signs off
    READER = "reader"  #: searches and views
    CUSTODIAN = "custodian"  #: answers for state secrets: sees what is held for a mark, releases or wipes it


class NotAllowed(NotFound):
    """The one who asks may not do this (told apart from "not there" only where that gives nothing away)."""

    slug = "not-allowed"


@dataclass(frozen=True)
class Scope:
    """On whose behalf a question is asked. Access fails closed: no unit, no grant, no view."""

    actor: str  #: the user's name as events record it
    user: UserId | None  #: None: the service itself
    units: frozenset[UnitId]  #: units whose records may be seen
    everywhere: bool = False  #: True: every unit's records (administrators, the service itself)
    grants: frozenset[tuple[Role, UnitId | None]] = frozenset()  #: role in a unit; None = everywhere

    def may(self, role: Role, unit: UnitId | None = None) -> bool:
        """Return whether the one who asks has `role` in `unit` (None: in any unit).

        An administrator has every role everywhere but that of the custodian, who alone learns of secret
        marks; an archivist reads what they keep.
        """
        return any(place is None or unit is None or place == unit for place in self._places(role))

    def may_everywhere(self, role: Role) -> bool:
        """Return whether the one who asks has `role` in every unit."""
        return None in self._places(role)

    def units_as(self, role: Role) -> frozenset[UnitId]:
        """Return the units in which the one who asks has `role` by name, not everywhere."""
        return frozenset(place for place in self._places(role) if place is not None)

    def _places(self, role: Role) -> set[UnitId | None]:
        enough: set[Role] = {role} if role is Role.CUSTODIAN else {role, Role.ADMINISTRATOR}
        enough |= {Role.ARCHIVIST} if role is Role.READER else set()
        return {place for granted, place in self.grants if granted in enough}

    def require(self, role: Role, unit: UnitId | None = None) -> None:
        """Pass if the one who asks has `role` in `unit` (None: in any unit).

        Raises:
            NotAllowed: they have not.
        """
        if not self.may(role, unit):
            raise NotAllowed(f"{self.actor} does not have the role {role.value} here")


NOBODY = Scope(actor="nobody", user=None, units=frozenset())
"""Sees nothing."""
