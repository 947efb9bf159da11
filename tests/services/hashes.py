"""Passwords are hashed cheaply in tests; the hash of the service takes a fifth of a second, on purpose."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from catalog import people

_real_hasher, _real_decoy = people._hasher, people._decoy
_cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
_cheap_decoy = _cheap.hash("nobody has this password")


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash cheaply in this process; what a test starts as a process of its own hashes as the service does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_hasher", _cheap)
        patch.setattr(people, "_decoy", lambda: _cheap_decoy)
        yield


@pytest.fixture
def as_in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as the service does, where the hash itself is tested."""
    monkeypatch.setattr(people, "_hasher", _real_hasher)
    monkeypatch.setattr(people, "_decoy", _real_decoy)
