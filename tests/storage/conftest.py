"""What the storage tests share."""

from tests.services.seaweedfs import s3_server

__all__ = ["s3_server"]
