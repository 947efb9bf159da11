"""Intake: from a folder of foreign files to page images with their quality, safely."""
