"""What reads foreign bytes apart is loaded once for all tests, not by each child anew.

A child of `ingest.sandbox` begins with what opens scans; whatever else it reads with it loads itself, which
takes half a second to one, and a handover that is received takes four children. Those of programs that tests
start load as the service does.
"""

import pytest

from ingest import sandbox

READERS = (
    "api.page_picture",
    "handover.came_words",
    "handover.content_check",
    "handover.description_reading",
    "handover.document_signatures",
    "handover.foreign_reading",
    "handover.package_reading",
    "handover.unpack",
    "ingest.listing",
    "ingest.open_file",
    "ingest.unpack",
)


@pytest.fixture(scope="session", autouse=True)
def readers_loaded() -> None:
    """Have the children of this process begin with all that reads."""
    sandbox.begin_with(READERS)
