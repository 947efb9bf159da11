"""A browser for what lies on the disk."""

from tests.services.chromium import browser as browser
from tests.services.chromium import screen as screen
from tests.services.chromium import visitor as visitor
