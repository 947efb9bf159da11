"""`python -m samples FOLDER --seed N --size small`: a batch of invented records to try the archive on."""

import argparse
import sys
import time
from pathlib import Path

from samples.batch import make_batch


def main(arguments: list[str] | None = None) -> int:
    """Make the batch and say what it holds; 2 where the folder is not empty."""
    parser = argparse.ArgumentParser(prog="samples", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="a new or empty folder; its truth goes to FOLDER.truth.json"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same bytes (default 1)")
    parser.add_argument("--size", choices=("small", "full"), default="small")
    given = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        truth = make_batch(given.folder, seed=given.seed, size=given.size)
    except FileExistsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    seconds = time.monotonic() - start
    sys.stdout.write(
        f"{len(truth.files)} files, {len(truth.pages)} pages in {given.folder} ({seconds:.1f} s); "
        f"truth in {given.folder}.truth.json\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
