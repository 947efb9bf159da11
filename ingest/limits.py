"""How much time, memory and paper one foreign file may cost."""

import resource
import signal
from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What one file may cost; beyond it the file is refused, with the reason."""

    seconds_per_file: float = 120.0  #: wall clock for opening (counting pages, listing members)
    seconds_per_page: float = 60.0  #: wall clock for decoding or rendering one page
    memory_bytes: int = 4 * GIB  #: address space of a child; 200 megapixels in RGB need about 2 GiB
    pixels_per_page: int = 200_000_000  #: A0 at 300 dpi is 139 megapixels
    pages_per_file: int = 5_000  #: a thick dossier has 300 sheets
    bytes_per_file: int = 2 * GIB
    zip_members: int = 20_000
    zip_ratio: float = 200.0  #: unpacked to packed, whole archive
    zip_bytes: int = 20 * GIB  #: unpacked, whole archive
    nesting: int = 1  #: archives inside an archive: 1 = one level

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0 or (value == 0 and name != "nesting"):
                raise ValueError(f"limit {name} must be above zero, found {value}")


RATIO_FLOOR = 64 * MIB
"""Unpacked bytes below which the ratio says nothing: a blank page kept raw packs 1000 to 1."""

CPU_GRACE = 5
"""Seconds of processor between the signal that tells a child of its limit and the one that nobody survives.

Were they the same, the kernel would send the second alone, and nobody could tell it from a machine that is
short of memory.
"""

OPEN_FILES = 256
"""Files a child may hold open; readers need a dozen, a poppler child a few more."""


def apply_to_this_process(limits: Limits, *, long_lived: bool = False) -> None:
    """Bind this process and its children by `limits`; they can't be raised again.

    A `long_lived` process (the page child) gets no CPU limit, since that counts over its whole life:
    whoever started it must watch the clock for each page.
    """
    bounds = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_FSIZE: limits.bytes_per_file,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    if not long_lived:
        bounds[resource.RLIMIT_CPU] = int(limits.seconds_per_file) + 1
    for which, bound in bounds.items():
        _, hard = resource.getrlimit(which)
        ceiling = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        last = ceiling + CPU_GRACE if which == resource.RLIMIT_CPU else ceiling
        resource.setrlimit(which, (ceiling, last if hard == resource.RLIM_INFINITY else min(last, hard)))
    if not long_lived:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it; a child had better end
