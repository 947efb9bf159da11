"""The kind of a dossier as a person writes it: one of the list, or none."""

from datetime import date

from catalog.dossier_change import Changes, DossierFieldInvalid
from classify.dossier_taxonomy import TypeUnknown, taxonomy


def with_known_type(changes: Changes) -> dict[str, str | date | None]:
    """Return `changes` as `catalog.dossier_change.edit` takes them, with a type as the list writes it.

    Raises:
        DossierFieldInvalid: a type that is none of the list: a model would learn from it, a form print it.
    """
    written = changes.get("type")
    if not written:
        return dict(changes)
    try:
        return {**changes, "type": taxonomy().code(str(written))}
    except TypeUnknown as error:
        raise DossierFieldInvalid(str(error)) from None
