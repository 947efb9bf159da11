"""The typefaces a network learns secret marks in: all of some folders, but for those it is judged by."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from samples import mark_ink
from samples.fonts import FontMissing, vietnamese_letters
from samples.secret import FRESH

CAPITALS = frozenset("ABCDEFGHIKLMNOPQRSTUVXY0123456789.: ")
"""What every face has: enough for a mark that lost its diacritics."""

LEFT_OUT_FAMILIES = ("linlib", "linbiolinum", "lato", "opensans")
"""Families of which nothing is learnt, as their files begin (small, no hyphens): most of what
`samples.secret.FRESH` uses. Of its other families the very files it uses are left out."""

LARGEST_FAMILY = 14
"""Most files of one family (the name up to its first hyphen): Noto has 72 of one, all much alike."""

_LATIN_NOTO = ("NotoSans-", "NotoSerif-", "NotoSansMono-", "NotoSansDisplay-", "NotoSerifDisplay-")
"""The others are of other scripts; where they have Latin letters these are those of the five."""

_JUDGED = frozenset(Path(name).stem for face in FRESH.faces for name in mark_ink.FACES[face])


@dataclass(frozen=True)
class Faces:
    """Font files by what they can say."""

    capitals: tuple[Path, ...]  #: all; some lack diacritics
    whole: tuple[Path, ...]  #: those of them with every letter of Vietnamese

    def choose(self, text: str, rng: random.Random) -> Path:
        """Return a face that has every letter of `text`."""
        return rng.choice(self.capitals if CAPITALS.issuperset(text) else self.whole)


def faces_in(folders: Iterable[Path]) -> Faces:
    """Return the faces in the folders and all below them, in the order of their names.

    Raises:
        FontMissing: none that may be learnt from has every letter of Vietnamese.
    """
    found = {path.name: path for folder in folders for path in _files(folder) if not left_out(path)}
    capitals, whole = [], []
    for name in _thinned(sorted(found)):
        letters = _letters(found[name])
        if letters >= CAPITALS:
            capitals.append(found[name])
            if letters.issuperset(vietnamese_letters()):
                whole.append(found[name])
    if not whole:
        raise FontMissing("no face with all Vietnamese letters to learn from; install fonts-liberation2")
    return Faces(tuple(capitals), tuple(whole))


def left_out(path: Path) -> bool:
    """Say whether nothing may be learnt from the file: the network is judged by it or by its family."""
    name = path.stem.casefold().replace("-", "").replace(" ", "")
    strange = path.name.startswith("Noto") and not path.name.startswith(_LATIN_NOTO)
    return strange or path.stem in _JUDGED or name.startswith(LEFT_OUT_FAMILIES)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix in (".ttf", ".otf"))


def _thinned(names: Iterable[str]) -> list[str]:
    """Take at most `LARGEST_FAMILY` names of a family, at even distances."""
    families: dict[str, list[str]] = defaultdict(list)
    for name in names:
        families[Path(name).stem.split("-")[0]].append(name)
    return [
        family[i * len(family) // kept]
        for family in families.values()
        for kept in [min(len(family), LARGEST_FAMILY)]
        for i in range(kept)
    ]


def _letters(path: Path) -> frozenset[str]:
    """Return the letters the file has a shape for; none where it is no font that can be read."""
    try:
        with path.open("rb") as file, TTFont(file, lazy=True) as face:
            return frozenset(map(chr, face.getBestCmap() or ()))
    except TTLibError:
        return frozenset()
