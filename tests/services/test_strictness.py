from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest("from tests.services.strictness import *")
    pytester.makepyfile(
        """
        import pytest

        def test_without_the_engine():
            pytest.skip("no engine here")

        def test_without_private_scans():
            pytest.skip("private data is not on this machine")
        """
    )
    pytester.syspathinsert(ROOT)
    return pytester


def test_a_test_that_could_not_run_is_red_in_ci(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")

    found = suite.runpytest_subprocess()

    found.assert_outcomes(failed=1, skipped=1)


def test_a_test_that_could_not_run_is_skipped_elsewhere(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)

    found = suite.runpytest_subprocess()

    found.assert_outcomes(skipped=2)
