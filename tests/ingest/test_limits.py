"""What one file may cost."""

import resource

import pytest

from ingest.limits import MIB, Limits, apply_to_this_process
from ingest.sandbox import run_in_child


def bounds(*, limits: Limits) -> dict[str, int]:
    return {
        name: resource.getrlimit(getattr(resource, name))[0]
        for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE")
    }


def bounds_of_a_page_child(*, limits: Limits) -> int:
    before = resource.getrlimit(resource.RLIMIT_CPU)[0]
    apply_to_this_process(limits, long_lived=True)
    return resource.getrlimit(resource.RLIMIT_CPU)[0] - before


def test_a_child_is_bound_in_memory_time_and_size() -> None:
    found = run_in_child(
        bounds, limits=Limits(memory_bytes=3000 * MIB, seconds_per_file=9, bytes_per_file=77)
    )

    assert found == {
        "RLIMIT_AS": 3000 * MIB,
        "RLIMIT_CPU": 10,
        "RLIMIT_FSIZE": 77,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 256,
    }


def time_of_the_processor(*, limits: Limits) -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_CPU)


def test_a_child_that_has_used_up_its_time_hears_so_before_it_is_killed() -> None:
    told, killed = run_in_child(time_of_the_processor, limits=Limits(seconds_per_file=9))

    assert told < killed  # else nobody could tell it from a machine that is short of memory


def test_a_page_child_is_not_bound_in_the_time_of_its_whole_life() -> None:
    assert run_in_child(bounds_of_a_page_child, limits=Limits()) == 0


def test_a_limit_below_zero_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="seconds_per_page"):
        Limits(seconds_per_page=0)
