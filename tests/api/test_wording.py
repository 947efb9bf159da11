"""The desk speaks Vietnamese first, and says the same in English."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api import wording
from api.desk import checking, upload
from tests.api.conftest import Enter

HERE = Path(wording.__file__).parent
USED = re.compile(r"""(?:\bt|say)\(\s*["']([a-z_.]+)["']""")
BY_PARTS = re.compile(r"""\bt\(\(?\s*["']([a-z_]+\.[a-z_]*)["']\s*~""")
"""A sentence whose name a template puts together."""
ASKED_BY_PARTS = ("flag.", "reason.", "problem.", "gap.", "wrong.", "field.", "dossiers.")
BY_NAME = (
    {f"upload.{word}" for word in upload.WORDS}
    | {f"check.{word}" for word in checking.WORDS}
    | {f"check.refused_{slug}" for slug in checking.REFUSALS}
    | {f"batch.{name}" for name in ("received", "read", "indexed", "blank", "duplicate", "held", "refused")}
)


class TestTheSentences:
    def test_are_the_same_set_in_both_languages(self) -> None:
        vi, en = wording.SENTENCES["vi"], wording.SENTENCES["en"]

        assert set(vi) == set(en)

    def test_have_the_same_gaps_to_fill(self) -> None:
        vi, en = wording.SENTENCES["vi"], wording.SENTENCES["en"]

        different = [key for key in vi if gaps(vi[key]) != gaps(en[key])]

        assert different == []

    def test_are_all_there_and_all_used(self) -> None:
        sources = [*HERE.glob("templates/*.html"), *HERE.rglob("*.py")]
        texts = [path.read_text(encoding="utf-8") for path in sources]
        used = {key for text in texts for key in USED.findall(text)}
        known = set(wording.SENTENCES["vi"])
        mentioned = {key for key in known if any(f'"{key}"' in text for text in texts)}

        parts = tuple({part for text in texts for part in BY_PARTS.findall(text)}) + ASKED_BY_PARTS

        unknown = {key for key in used if not key.endswith((".", "_")) and key not in known}
        unused = {key for key in known - used - mentioned - BY_NAME if not key.startswith(parts)}

        assert unknown == set()
        assert unused == set()

    def test_are_nfc(self) -> None:
        import unicodedata

        texts = [text for language in wording.LANGUAGES for text in wording.SENTENCES[language].values()]

        assert all(unicodedata.is_normalized("NFC", text) for text in texts)


class TestFigures:
    def test_are_written_as_each_language_does(self) -> None:
        assert wording.number("vi", 12345.6, 1) == "12.345,6"
        assert wording.number("en", 12345.6, 1) == "12,345.6"
        assert wording.size("vi", 1_500_000) == "1,5 MB"

    @pytest.mark.parametrize(
        ("part", "whole", "said"),
        [
            (0, 0, "0 %"),
            (0, 9, "0 %"),
            (9, 9, "100 %"),
            (1, 100_000, "0,1 %"),
            (99_999, 100_000, "99,9 %"),
            (1, 3, "33 %"),
        ],
    )
    def test_a_share_is_all_or_nothing_only_where_it_is(self, part: int, whole: int, said: str) -> None:
        assert wording.share("vi", part, whole) == said

    def test_times_are_vietnams(self) -> None:
        moment = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)

        assert wording.moment(moment) == "24/11/2026 01:00"

    @pytest.mark.parametrize(("seconds", "said"), [(0.2, "1 giây"), (600, "10 phút"), (7260, "2 giờ 1 phút")])
    def test_durations_are_rough(self, seconds: float, said: str) -> None:
        assert wording.duration("vi", seconds) == said


class TestTheSwitch:
    def test_is_there_before_signing_in_and_stays(self, stranger: httpx.Client) -> None:
        before = stranger.get("/sign-in").text

        stranger.get("/language/en?next=/sign-in")

        assert '<html lang="vi">' in before
        assert "Đăng nhập" in before
        assert '<html lang="en">' in stranger.get("/sign-in").text

    def test_knows_two_languages(self, enter: Enter) -> None:
        assert enter("lan").get("/language/fr").status_code == 404


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize(
    ("title", "vietnamese", "english"),
    [("45", "Hồ sơ 45", "Dossier 45"), ("Hồ sơ 01 - Cấp giấy", "Hồ sơ 01 - Cấp giấy", "Hồ sơ 01 - Cấp giấy")],
)
def test_a_dossier_is_called_one_once(title: str, vietnamese: str, english: str) -> None:
    said = [wording.named_dossier(language, title) for language in ("vi", "en")]

    assert said == [vietnamese, english]
