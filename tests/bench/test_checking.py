"""The measurement of the checking desk: a small box all the way, and the table it prints."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from bench.checking import Result, Taken, run, table
from tests.services.chromium import chromium_path


def test_the_table_tells_keys_and_seconds_by_fields_to_look_at() -> None:
    result = Result(3, [Taken(0, 0, 1, 0.5, 0.4), Taken(3, 1, 12, 1.5, 0.5)], dossiers=1, signed_off=1)

    told = table(result)

    assert "| none: all sure | 1 | 0.0 | 1 |" in told
    assert "| 3 | 1 | 1.0 | 12 |" in told


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(chromium_path() is None, reason="Chromium is not installed here")
def test_a_small_box_goes_from_scan_to_signed_off_dossiers() -> None:
    # In a process of its own: Playwright drives one browser at a time, and other tests have theirs open.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        result = alone.submit(run, 4, 202_613).result()

    assert result.dossiers >= 1
    assert result.signed_off == result.dossiers
    assert all(taken.keys == 1 for taken in result.documents if not taken.stops)
