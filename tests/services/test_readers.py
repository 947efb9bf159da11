from importlib import import_module

import pytest

from tests.services.readers import READERS


@pytest.mark.parametrize("name", READERS)
def test_what_is_loaded_for_all_readers_is_there(name: str) -> None:
    assert import_module(name)  # the fork server passes over what it does not find
