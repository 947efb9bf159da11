"""What tests of handovers share."""

from tests.handover.signing_stock import offices, server, service

__all__ = ["offices", "server", "service"]
