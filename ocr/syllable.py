"""What a Vietnamese syllable can look like, by the rules of spelling alone.

Onset, rime, tone. A syllable closed by c, ch, p, t bears the acute or the dot and no other tone. Both ways of
placing the tone (hòa, hoà) pass.
"""

import unicodedata
from functools import lru_cache

LETTERS = frozenset(
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
)
_TONES = "\u0301\u0300\u0309\u0303\u0323"
_SHARP_OR_HEAVY = {"\u0301", "\u0323"}
_ONSETS = "ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p r s t v x"
_OPEN = (
    "a ai ao au ay âu ây e eo ê êu i ia iu iêu o oa oai oao oay oe oeo oi ô ôi ơ ơi u ua uâ uây uê ui "
    "uơ uy uya uyu uôi ư ưa ưi ưu ươi ươu y yêu"
)
_NASAL = (
    "am an ang anh ăm ăn ăng âm ân âng em en eng êm ên ênh im in inh iêm iên iêng om on ong oam oan "
    "oang oanh oăm oăn oăng oen oong ôm ôn ông ơm ơn um un ung uân uâng uênh uôm uôn uông uyn uynh uyên "
    "ưm ưn ưng ươm ươn ương yêm yên yêng"
)
_STOPPED = (
    "ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich ip it iêc iêp iêt oc op ot oac oach oap "
    "oat oăc oăt oet ooc ôc ôp ôt ơp ơt uc up ut uât uêch uôc uôt uych uyt uyêt ưc ưt ươc ươp ươt yêt"
)
_FREE = frozenset(f"{_OPEN} {_NASAL}".split(" "))
_STOP = frozenset(_STOPPED.split(" "))


@lru_cache(1 << 14)
def is_well_formed(syllable: str) -> bool:
    """Return whether lower-case NFC `syllable` obeys the spelling, whether or not anyone ever said it."""
    tones = [mark for mark in unicodedata.normalize("NFD", syllable) if mark in _TONES]
    if len(tones) > 1:
        return False
    bare = unicodedata.normalize(
        "NFC", "".join(mark for mark in unicodedata.normalize("NFD", syllable) if mark not in _TONES)
    )
    stopped_may_pass = bool(tones) and tones[0] in _SHARP_OR_HEAVY
    return any(rime in _FREE or (rime in _STOP and stopped_may_pass) for rime in _rimes(bare))


def _rimes(bare: str) -> list[str]:
    """Return what may be the rime of toneless `bare`, for every onset it may start with."""
    rimes = [bare]
    for onset in _ONSETS.split():
        if bare.startswith(onset):
            rimes.append(bare[len(onset) :])
    if bare.startswith("gi"):  # gì, giếng: the i belongs to onset and rime
        rimes.append(bare[1:])
    if bare.startswith("qu"):  # quy, quyên: the u is the glide of the rime
        rimes.append(bare[1:])
    return rimes
