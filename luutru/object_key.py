"""The name of kept bytes, shared by the register that cites them and the store that keeps them."""

from typing import NewType

ObjectKey = NewType("ObjectKey", str)
"""SHA-256 of the bytes, 64 lower-case hex digits."""
