"""What is cut of a long list of checks keeps its worst outcome and its kinds."""

from handover.outcome import (
    AGAIN,
    MORE,
    Check,
    Outcome,
    Telling,
    bounded,
    could_not_run,
    failed,
    from_plain,
    passed,
)
from handover.weighing import DESCRIBED


def told(*checks: Check) -> list[Check]:
    return [from_plain(each) for each in bounded(checks, "uuid-1", 2)]


def test_what_is_cut_is_as_bad_as_the_worst_of_it() -> None:
    lacks = failed("ead-field-lacks", "EAD.xml", "title")
    good = passed("package-read", "uuid-1")

    assert told(lacks, lacks) == [lacks, lacks]
    assert told(lacks, lacks, good)[-1] == Check(MORE, Outcome.PASSED, "uuid-1", "1 more")
    assert told(lacks, lacks, good, lacks)[-1] == failed(MORE, "uuid-1", "2 more")


def test_each_kind_that_is_cut_is_told_once_so_that_the_proposal_stays() -> None:
    lacks, wrong = failed("ead-field-lacks"), failed("package-file-lacks", "a.pdf", "it is not there")

    only, both = told(lacks, lacks, lacks), told(lacks, lacks, lacks, wrong, wrong)

    assert {each.code for each in only} <= DESCRIBED  # a reservation
    assert both[2:] == [failed("package-file-lacks", "uuid-1"), failed(MORE, "uuid-1", "3 more")]


def test_of_many_things_that_came_together_no_more_is_told_than_of_some() -> None:
    telling = Telling(5)
    lacks = [failed("ead-field-lacks", "EAD.xml", "title")] * 3

    first, second, third = (telling.bounded(lacks, name) for name in ("a", "b", "c"))

    assert [len(each) for each in (first, second)] == [3, 3]  # two, and how many more
    assert [from_plain(each) for each in third] == [
        failed("ead-field-lacks", "c"),
        failed(MORE, "c", "3 more"),
    ]


def test_what_a_child_could_not_read_is_unread_when_it_comes_out() -> None:
    unread = could_not_run("bag-file-unreadable", "a.pdf", "why", unread=AGAIN)
    beside = could_not_run("bag-file-unreadable", "b.pdf", "why")

    assert told(unread) == [unread]
    assert told(beside, beside, unread)[2] == could_not_run("bag-file-unreadable", "uuid-1", unread=AGAIN)
