"""A child that dies, hangs, swells or lies."""

import errno
import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest import sandbox
from ingest.limits import MIB, Limits
from ingest.media import MediaType
from ingest.refusal import Bomb, Crashed, Damaged, TimedOut
from ingest.sandbox import Killed, SandboxUnavailable, run_in_child

QUICK = Limits(seconds_per_file=1.0, memory_bytes=1500 * MIB, bytes_per_file=MIB)


def add(one: int, other: int, *, limits: Limits) -> int:
    return one + other


def kind_as_python_3_11_2_pickles_it(*, limits: Limits) -> MediaType:
    type.__setattr__(MediaType, "__reduce_ex__", lambda kind, protocol: (getattr, (MediaType, kind.name)))
    return MediaType.TIFF


def refuse(*, limits: Limits) -> None:
    raise Damaged("cracked in two")


def fall_over(*, limits: Limits) -> None:
    raise ZeroDivisionError("lines of a secret record")


def fill_the_disk(*, limits: Limits) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "a record's name")


def read_a_bad_disk(*, limits: Limits) -> None:
    raise OSError(errno.EIO, "Input/output error", "a record's name")


def hang(note: Path, *, limits: Limits) -> None:
    child = subprocess.Popen(["sleep", "60"])
    note.write_text(str(child.pid))
    time.sleep(60)


def spin(*, limits: Limits) -> None:
    while True:
        pass


def swell(*, limits: Limits) -> int:
    return len(b"x" * (1 << 40))


def die(*, limits: Limits) -> None:
    os.kill(os.getpid(), 11)


def be_killed(*, limits: Limits) -> None:
    os.kill(os.getpid(), 9)


def close_the_door(*, limits: Limits) -> None:
    os.closerange(3, 256)
    time.sleep(60)


def overflow(path: Path, *, limits: Limits) -> None:
    path.write_bytes(bytes(3 * MIB))


class Poison:
    def __reduce__(self) -> Any:
        return (os.system, ("touch /tmp/poisoned",))


def lie(*, limits: Limits) -> Poison:
    return Poison()


def chatter(*, limits: Limits) -> int:
    print("a name from a record", flush=True)  # noqa: T201  # what parsers do
    os.write(2, b"a name from a record")
    return 1


def test_what_the_child_returns_comes_back() -> None:
    assert run_in_child(add, 2, 3, limits=QUICK) == 5


def test_a_refusal_comes_back_as_the_same_leaf() -> None:
    with pytest.raises(Damaged, match="cracked in two"):
        run_in_child(refuse, limits=QUICK)


def test_a_child_that_falls_over_tells_no_text_of_the_record() -> None:
    with pytest.raises(Crashed) as caught:
        run_in_child(fall_over, limits=QUICK)

    assert "ZeroDivisionError" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_child_that_finds_no_room_says_nothing_about_the_file() -> None:
    with pytest.raises(SandboxUnavailable, match=r"no room to work in: No space left on device$"):
        run_in_child(fill_the_disk, limits=QUICK)


def test_a_disk_that_fails_under_a_child_says_nothing_about_the_file() -> None:
    with pytest.raises(SandboxUnavailable, match=r"could not read it: Input/output error$"):
        run_in_child(read_a_bad_disk, limits=QUICK)


def test_a_child_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    begun = time.monotonic()

    with pytest.raises(TimedOut):
        run_in_child(hang, note, limits=QUICK)

    assert time.monotonic() - begun < 10
    assert _is_gone(int(note.read_text()))


def test_a_child_that_spins_is_ended() -> None:
    with pytest.raises(TimedOut):
        run_in_child(spin, limits=QUICK)


def test_a_child_that_swells_is_a_bomb() -> None:
    with pytest.raises(Bomb):
        run_in_child(swell, limits=QUICK)


def test_a_child_that_writes_too_much_is_a_bomb(tmp_path: Path) -> None:
    with pytest.raises(Bomb):
        run_in_child(overflow, tmp_path / "out", limits=QUICK)


def test_a_child_that_dies_has_crashed() -> None:
    with pytest.raises(Crashed, match="signal 11"):
        run_in_child(die, limits=QUICK)


def test_a_child_that_somebody_kills_is_told_apart() -> None:
    with pytest.raises(Killed, match="short of memory"):
        run_in_child(be_killed, limits=QUICK)


def test_a_child_that_stays_without_an_answer_was_killed_by_nobody_else() -> None:
    with pytest.raises(Crashed) as caught:
        run_in_child(close_the_door, limits=replace(QUICK, seconds_per_file=30.0))

    assert not isinstance(caught.value, Killed)


def test_a_child_taken_over_cannot_take_over_its_parent() -> None:
    with pytest.raises(Crashed, match="cannot be understood"):
        run_in_child(lie, limits=QUICK)

    assert not Path("/tmp/poisoned").exists()


def test_what_parsers_print_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    run_in_child(chatter, limits=QUICK)

    assert capfd.readouterr() == ("", "")


def _is_gone(pid: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_an_enumeration_comes_back_whatever_the_python() -> None:
    kind = run_in_child(kind_as_python_3_11_2_pickles_it, limits=QUICK)

    assert kind is MediaType.TIFF


@pytest.mark.parametrize("error", [EOFError(), BrokenPipeError(errno.EPIPE, "Broken pipe")])
def test_a_fork_server_that_dies_says_nothing_about_the_file(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def die(_process: object) -> None:
        raise error

    monkeypatch.setattr(sandbox._CONTEXT.Process, "start", die)

    with pytest.raises(SandboxUnavailable):
        run_in_child(add, 1, 2, limits=QUICK)
