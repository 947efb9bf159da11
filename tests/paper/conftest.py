"""What the tests of paper may ask for."""

from tests.services.verapdf import verapdf

__all__ = ["verapdf"]
