"""Several distributions bring a `cv2` and overwrite each other's files; we have one (docs/decisions/0008)."""

from importlib import metadata

import cv2


def owners_of(package: str) -> set[str]:
    return set(metadata.packages_distributions().get(package, ()))


def test_exactly_one_distribution_brings_cv2() -> None:
    assert owners_of("cv2") == {"opencv-python-headless"}


def test_the_cv2_that_is_imported_is_the_one_that_was_installed() -> None:
    installed = metadata.version("opencv-python-headless")

    assert installed.startswith(cv2.__version__)
