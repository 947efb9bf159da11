"""Secret marks: MẬT, TỐI MẬT, TUYỆT MẬT in the mark's place (NĐ 30/2020, Phụ lục I, ô 10a).

Two look for it and either is enough: a network that was taught what marks look like looks at the picture, and
the words that were read are looked through for one that stands on its own. A mark that is overlooked is kept
by a machine that must not keep it, so in doubt there is one; a person says that there is none. Words in a
sentence are no mark ("bảo vệ bí mật nhà nước").
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.reading import Box, Reading
from catalog.scan import PageImage
from classify import secret_mark_words as words
from classify.mark_network import MarkNetwork
from classify.secret_mark_text import Level

FAINT, SURE = -1.0, 2.5
"""Scores (logits) of a place from which it is looked at again, and from which nothing more need be seen. Of
350 marked pages of three sets none scores less than 0.5; of 440 without one none more than 1.9."""
LEAST = 1.3
"""Score of a place that was looked at again from which it is a mark. Of the same pages no marked one scores
less than 2.3, none without a mark more than 2.2 (a heading that names several), no real one more than 0.3."""
PLACES = 6
"""Doubtful places of one page that are looked at again, the likeliest first."""
FEW = 12
"""Words on which the readers agreed up to which nobody can be sure which way the page stands."""
TURNS = (0, 90, 180, 270)


@dataclass(frozen=True)
class SecretMark:
    """A mark that was found on a page."""

    level: Level
    box: Box  #: pixels of the master image; about, where the picture showed it
    confidence: float  #: 0.0 to 1.0
    found_by: str  #: words or picture


def find_mark(
    image: PageImage,
    reading: Reading | None,
    *,
    dpi: int,
    network: MarkNetwork,
    codes: Sequence[Box] = (),
) -> SecretMark | None:
    """Return the highest mark on a page; None: neither its words nor its picture show one.

    `dpi`: of the image, as used for reading; `reading`: None where nothing was read on it; `codes`:
    of a separator sheet of ours, pixels of the master image. Their cells can look like letters: no middle of
    a mark lies in one.

    Raises:
        NetworkBroke: the picture was not looked through.
    """
    found = list(_in_picture(image, reading, dpi, network, codes))
    if reading is not None:
        found += [
            SecretMark(said.level, group.box, said.likeness, "words") for group, said in words.marks(reading)
        ]
    order = list(Level)
    return max(found, key=lambda mark: (order.index(mark.level), mark.confidence), default=None)


def _in_picture(
    image: PageImage, reading: Reading | None, dpi: int, network: MarkNetwork, codes: Sequence[Box]
) -> Iterator[SecretMark]:
    for turn in _turns(image, reading, dpi, network):
        upright = np.ascontiguousarray(np.rot90(image.pixels, -turn // 90))
        places = network.look(upright, dpi=dpi, least=FAINT)
        outside = [seen for seen in places if not _in_one(codes, _back(seen.box, image, turn))]
        for seen in outside[:PLACES]:
            score = seen.score
            if score < SURE:
                score = network.look_again(upright, seen, dpi=dpi)
                if score < LEAST:
                    continue
            box = _back(seen.box, image, turn)
            if reading is None or not _ends_a_heading(reading, box):
                yield SecretMark(seen.level, box, 1 / (1 + math.exp(-score)), "picture")


def _turns(image: PageImage, reading: Reading | None, dpi: int, network: MarkNetwork) -> Sequence[int]:
    """Return by how many degrees clockwise to turn the page to look at it: each way, where nobody knows."""
    if reading is not None and sum(word.agreed for line in reading.lines for word in line.words) > FEW:
        return (reading.rotation,)
    return TURNS if network.has_letters(image.pixels, dpi=dpi) else ()


def _ends_a_heading(reading: Reading, box: Box) -> bool:
    """Return whether readers agreed on the words there, and the line above leads to them ("...VỆ BÍ / MẬT").

    That is all that words are heard for against a picture: what else has MẬT in it the network knows, and a
    mark may lie on any print.
    """
    middle = _middle(box)
    return any(
        all(word.agreed for word in group.words) and words.goes_on(reading, number, group, lists=False)
        for number, line in enumerate(reading.lines)
        for group in words.groups(line, rotation=reading.rotation)
        if _holds(group.box, middle)
    )


def _in_one(codes: Sequence[Box], box: Box) -> bool:
    return any(_holds(code, _middle(box)) for code in codes)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _back(box: Box, image: PageImage, turn: int) -> Box:
    """Return where `box` of the page turned by `turn` degrees clockwise lies on the master."""
    x0, y0, x1, y1 = box
    wide, tall = image.width, image.height
    match turn:
        case 90:
            return y0, tall - x1, y1, tall - x0
        case 180:
            return wide - x1, tall - y1, wide - x0, tall - y0
        case 270:
            return wide - y1, x0, wide - y0, x1
        case _:
            return box
