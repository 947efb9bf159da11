"""Which folder of a parcel is which announced dossier, and what a folder is called that is none.

A package lies in a folder that bears its id, and its digest names that folder too. So of several folders that
claim one dossier (upper and lower case, something put before the id) at most one can be the announced one,
and whatever somebody laid beside it holds it up no more than a stranger's folder would.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from handover import bag_path
from handover.announcement import Announcement, Item
from handover.package_digest import package_digest

_ID = "uuid-"


def packages(data: Path) -> dict[str, Path]:
    """Return the folders in `data` that are packages or claim to be, by name."""
    return {
        each.name: each
        for each in (sorted(data.iterdir()) if data.is_dir() else ())
        if each.is_dir() and not each.is_symlink() and (_ID in each.name or (each / "METS.xml").exists())
    }


def folder_of(path: str) -> str:
    """Return the folder in `data` that a path of a parcel lies below; "" where it lies below none."""
    top, _, rest = path.partition("/")
    folder, below, _ = rest.partition("/")
    return folder if below and top == "data" else ""


def by_folder(rows: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what the bag's list says, by folder: who sends many of them has not all of it read for each."""
    found: dict[str, dict[str, str]] = {}
    for path, digest in rows.items():
        found.setdefault(folder_of(path), {})[path] = digest
    return found


def digest_of(folder: str, rows: Mapping[str, str]) -> str:
    """Return the digest of a package by what the bag's list says of its files."""
    return package_digest((path[5:], digest) for path, digest in rows.items() if _is_in(path, folder))


def announced(
    names: Iterable[str], told: Announcement | None, rows: Mapping[str, Mapping[str, str]]
) -> dict[str, Item]:
    """Return the announced dossier that each folder is, for those that are one; no dossier has two folders.

    `rows`: what the bag's list says, by folder.

    Where several claim one, it is the one that has the announced digest, else the one that is called most
    like it.
    """
    if told is None:
        return {}
    by_id = {str(told.sealed.uuid(f"{told.kind} {each.identifier}")).upper(): each for each in told.items}
    claimed: dict[str, list[str]] = {}
    for name in sorted(names):
        claimed.setdefault(name.rpartition(_ID)[2].upper(), []).append(name)
    found = {}
    for key in claimed.keys() & by_id.keys():
        item, some = by_id[key], sorted(claimed[key], key=partial(_unlike, _ID + key))
        several = some if len(some) > 1 else []
        whole = (name for name in several if digest_of(name, rows.get(name, {})) == item.digest)
        found[next(whole, some[0])] = item
    return found


def stranger(name: str, told: Announcement | None) -> str:
    """Return what a folder is called of which nothing was announced: never as a dossier that was."""
    known = {each.identifier for each in told.items} if told else set()
    while name in known:
        name = f"data/{name}"
    return name


def twins(data: Path) -> dict[str, str]:
    """Return the folders in `data` that some systems take for another one, each with one such other."""
    alike: dict[str, list[str]] = {}
    for each in sorted(data.iterdir()) if data.is_dir() else ():
        alike.setdefault(bag_path.alike(each.name), []).append(each.name)
    return {one: some[at - 1] for some in alike.values() if len(some) > 1 for at, one in enumerate(some)}


def has_twins(folder: str, rows: Mapping[str, str]) -> bool:
    """Return whether two files of a package, as the bag's list names them, would be one on some systems."""
    paths = [path for path in rows if _is_in(path, folder)]
    return len(set(map(bag_path.alike, paths))) != len(paths)


def _unlike(name: str, folder: str) -> tuple[bool, int]:
    return not folder.endswith(name), len(folder)


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(f"data/{folder}/")
