"""When a process that lives long looks for garbage."""

import gc

NEW_OBJECTS = 10_000
"""New objects after which it is looked for among them; Python's own 700 is a part of one search."""


def settle() -> None:
    """Let the collector pass over what this process is made of, and look less often.

    The service holds 250,000 objects that stay; to look through them all stopped every answer for 160 ms,
    once in two hundred searches. A search makes some thousands that go with its answer, and so does a page
    that is read, of whose time looking through them took 7 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
