"""Training needs what the service does not have, and says so."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from bench import train_marks
from bench.mark_makers import Makers
from samples import fonts
from samples.mark_faces import faces_in
from samples.mark_pieces import PIECES_OF_A_PAGE


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is installed here")
def test_without_pytorch_it_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = train_marks.main(["--seconds", "1", "--out", str(tmp_path / "learnt")])

    assert code == 2
    assert "torch" in capsys.readouterr().err
    assert not (tmp_path / "learnt").exists()


def test_what_is_held_back_comes_first_and_of_other_pages() -> None:
    with Makers(1, seed="test", faces=faces_in(fonts.FOLDERS), held_back=1) as makers:
        held_back, learnt = makers.waited_for(), makers.waited_for()

    assert makers.held_back == len(held_back) == len(learnt) == PIECES_OF_A_PAGE
    assert (held_back.held_back, learnt.held_back) == (True, False)
    assert not np.array_equal(held_back.pixels, learnt.pixels)
