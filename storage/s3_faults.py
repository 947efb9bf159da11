"""What an S3 server says no with, in the archive's own words; no credential is ever among them."""

from collections.abc import Iterator
from contextlib import contextmanager

import urllib3.exceptions
from minio.error import MinioException, S3Error

from storage.object_store import StorageUnavailable

MISSING = {"NoSuchKey", "NoSuchObject", "ResourceNotFound", "NoSuchVersion"}
TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}
_REFUSED = {
    "AccessDenied",
    "AllAccessDisabled",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "NoSuchBucket",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}


class StorageRefused(StorageUnavailable):
    """The server knows us not, or gives us no right to this; retry after the settings are mended."""

    slug = "storage-refused"


@contextmanager
def server_faults(doing: str) -> Iterator[None]:
    """Turn what minio-py and urllib3 raise into ours.

    Raises:
        StorageRefused: wrong credentials, no right, no such bucket, wrong clock.
        StorageUnavailable: anything else that went wrong on the way or there.
    """
    try:
        yield
    except S3Error as error:
        # "from None": the server's text may repeat the access key, and a traceback would print it
        kind = StorageRefused if error.code in _REFUSED else StorageUnavailable
        raise kind(f"{doing}: the object store answered {error.code}") from None
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise StorageUnavailable(f"{doing}: no usable answer ({type(error).__name__})") from None
