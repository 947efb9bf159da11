"""What every test may ask for."""

from tests.services.chromium import browser, screen, visitor
from tests.services.postgres import postgres_server, postgres_url

__all__ = ["browser", "postgres_server", "postgres_url", "screen", "visitor"]
