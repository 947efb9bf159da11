"""The key that the settings name: a token is not asked where there is nothing to ask it with."""

from pathlib import Path

import pytest

from handover.signing_key import KeyUnusable
from luutru.settings import Settings
from luutru.signing_setup import signing_key


@pytest.mark.parametrize("typed", [None, ""])
def test_a_token_is_never_asked_with_an_empty_pin(tmp_path: Path, typed: str | None) -> None:
    settings = Settings(
        home=tmp_path,
        database_url="sqlite://",
        quay=tmp_path / "quay",
        index=tmp_path / "index",
        sign_module=tmp_path / "token.so",
        sign_token="t",
        sign_certificate="c",
    )

    with pytest.raises(KeyUnusable, match="not asked"), signing_key(settings, password=typed):
        pass
