"""`python -m classify.starting_model`: trains the model that comes with the service, on invented dossiers.

To be run whenever `data/wording/`, `data/authored/` or `data/dossier-types.toml` changes; a test says when it
was forgotten. About three minutes on one core.
"""

import sys
import time

from classify.dossier_authored import authored
from classify.dossier_model import SHIPPED, to_bytes
from classify.dossier_training import train


def main() -> int:
    """Train it, write it where the service looks for it, and say how large it is."""
    start = time.monotonic()
    data = to_bytes(train(authored()).model)
    SHIPPED.write_bytes(data)
    sys.stdout.write(f"{SHIPPED.name}: {len(data)} bytes, {time.monotonic() - start:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
