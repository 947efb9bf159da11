"""The doors of the archive: the desk for people, `/api/v1` for programs."""
