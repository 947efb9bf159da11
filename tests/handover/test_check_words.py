"""What a check is called, and what it saw, for people: all that can be told has its Vietnamese."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import handover
from handover import bag_path
from handover.check_details import spoken, spoken_check
from handover.check_words import check_words, named, reason_of
from handover.outcome import Outcome, could_not_run, failed, passed
from ingest import refusal
from ingest.refusal import Refused

CODE = re.compile(r"""\b(?:passed|failed|fail|could_not_run|not_asked)\(\s*"([a-z0-9-]+)\"""")


def test_every_check_has_words_for_people() -> None:
    sources = Path(handover.__path__[0]).glob("*.py")

    codes = {code for source in sources for code in CODE.findall(source.read_text("utf-8"))}

    assert len(codes) > 80
    assert codes - check_words().keys() == set(), "write their words into handover/data/checks.toml"


def test_a_check_without_words_is_called_by_its_code() -> None:
    assert named("bag-digest-wrong") == "Tệp đã bị thay đổi: mã băm khác bảng kê (bag-digest-wrong)"
    assert named("of-tomorrow") == "of-tomorrow"


def test_every_refusal_of_a_file_has_words() -> None:
    kinds = [each for each in vars(refusal).values() if isinstance(each, type) and issubclass(each, Refused)]

    lack = [each.slug for each in kinds if f"file-{each.slug}" not in check_words()]

    assert lack in ([], ["no-list-there"])  # that one is about lists of offices


TELLING = {"failed", "passed", "could_not_run", "not_asked", "fail"}


def forms(tree: ast.AST) -> Iterator[str]:
    """Yield every detail that a module writes down itself, with {} where it puts in what it found."""
    for act in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        held: dict[str, list[ast.expr]] = defaultdict(list)
        for node in ast.walk(act):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                held[node.targets[0].id].append(node.value)
        for node in ast.walk(act):
            if isinstance(node, ast.Call) and len(node.args) > 2 and called(node.func) in TELLING:
                detail = node.args[2]
                for each in held[detail.id] if isinstance(detail, ast.Name) else [detail]:
                    if form := written(each):
                        yield form


def called(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def written(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def test_every_detail_that_is_written_down_is_told_in_vietnamese() -> None:
    modules = [*Path(handover.__path__[0]).glob("*.py")]
    found = {form for path in modules for form in forms(ast.parse(path.read_text("utf-8")))}
    data = {"{}", "{}: {}", "{} - {}"}  # nothing but what was found

    english = [form for form in found - data if spoken("x", form.replace("{}", "7")).startswith("máy báo")]

    assert len(found) > 130
    assert english == [], "write them into handover/data/details.toml"


@pytest.mark.parametrize("path", ["", "a\x00", "/a", "C:a", "~/a", "../a", "con", "a.", "a?", "a" * 5000])
def test_why_a_path_is_refused_is_told_within_its_line(path: str) -> None:
    why = bag_path.fault(path) or bag_path.portable_fault(path)

    told = spoken("bag-path-unsafe", f"manifest-sha256.txt, line 3: {why}")

    assert told.startswith("manifest-sha256.txt, dòng 3: ")
    assert str(why) not in told


def test_what_was_found_stays_as_it_is() -> None:
    told = spoken("dossier-code-other", "announced 01-HS-UBND, found 01/HS-UBND")

    assert told == "thông báo 01-HS-UBND, thấy 01/HS-UBND"
    assert spoken_check(failed("virus", "a.pdf", "Eicar-Signature")) == "Eicar-Signature"
    assert spoken_check(passed("signature-office", "", "UBND xã An Lạc")) == "UBND xã An Lạc"
    assert spoken_check(failed("dossier-pages-held", "HS 1", "3")) == "3"


def test_words_of_a_library_are_told_as_the_machines() -> None:
    told = spoken_check(failed("package-mets-not-xml", "METS.xml", "Start tag expected, '<' not found"))

    assert told == "máy báo: Start tag expected, '<' not found"


def test_what_could_not_be_checked_is_a_reason_in_a_sentence() -> None:
    virus, other = could_not_run("virus"), could_not_run("package-whole")

    assert reason_of(virus.code, virus.outcome.value) == "chưa quét vi-rút"
    assert reason_of(other.code, other.outcome.value) == ("gói hồ sơ đủ tệp, đúng mã băm: chưa kiểm tra được")
    assert reason_of("virus", Outcome.FAILED.value) == "phát hiện vi-rút"
