"""How the archive says no over HTTP: one status for each family of errors, a few for single slugs."""

from collections.abc import Mapping
from http import HTTPStatus

from luutru import errors

FAMILIES: Mapping[type[errors.LuuTruError], HTTPStatus] = {
    errors.InvalidInput: HTTPStatus.BAD_REQUEST,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.IntegrityError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.BackendError: HTTPStatus.SERVICE_UNAVAILABLE,
}

SLUGS: Mapping[str, HTTPStatus] = {
    "not-allowed": HTTPStatus.FORBIDDEN,
    "method-not-allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "bad-credentials": HTTPStatus.UNAUTHORIZED,
    "account-waits": HTTPStatus.TOO_MANY_REQUESTS,
    "sign-in-needed": HTTPStatus.UNAUTHORIZED,
    "request-forged": HTTPStatus.FORBIDDEN,
    "password-must-change": HTTPStatus.FORBIDDEN,
    "too-many-tries": HTTPStatus.TOO_MANY_REQUESTS,
    "too-large": HTTPStatus(413),  # its name differs between Python 3.11 and 3.13
    "disk-full": HTTPStatus.INSUFFICIENT_STORAGE,
    "receiving-room-full": HTTPStatus.INSUFFICIENT_STORAGE,
}
"""Slugs whose status is another than their family's."""

SENTENCES: Mapping[type[errors.LuuTruError], str] = {
    errors.InvalidInput: "invalid",
    errors.NotFound: "not_found",
    errors.Conflict: "conflict",
    errors.IntegrityError: "integrity",
    errors.BackendError: "backend",
}

SLUG_SENTENCES: Mapping[str, str] = {
    "not-allowed": "not_allowed",
    "sign-in-needed": "sign_in",
    "request-forged": "forbidden",
    "too-many-tries": "too_many",
    "too-large": "too_large",
}


PARTS = ("errors", "names")
"""What some errors know in parts: what is wrong, by field; which fields somebody else changed."""


class SignInNeeded(errors.NotFound):
    """Nothing is served to someone who did not sign in."""

    slug = "sign-in-needed"


class RequestForged(errors.InvalidInput):
    """A changing request that does not prove to come from one of our own pages."""

    slug = "request-forged"


class PasswordMustChange(errors.Conflict):
    """The one-time password has to be replaced before anything else."""

    slug = "password-must-change"


class BadRequest(errors.InvalidInput):
    """A request whose parts cannot be understood."""

    slug = "bad-request"


class NothingHere(errors.NotFound):
    """There is nothing at this address."""

    slug = "nothing-here"


class MethodNotAllowed(errors.InvalidInput):
    """The address is right, what is asked of it is not."""

    slug = "method-not-allowed"


class TooManyTries(errors.Conflict):
    """Wrong passwords came too often; the message says how long to wait."""

    slug = "too-many-tries"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after  #: seconds


class TooLarge(errors.InvalidInput):
    """A body over the limit."""

    slug = "too-large"


def family(error: errors.LuuTruError | type[errors.LuuTruError]) -> type[errors.LuuTruError]:
    """Return which of the five families an error belongs to.

    Raises:
        LookupError: to none; the error tree has grown a family that the table lacks.
    """
    kind = error if isinstance(error, type) else type(error)
    for ancestor in kind.__mro__:
        if ancestor in FAMILIES:
            return ancestor
    raise LookupError(f"{kind.__name__} belongs to no family of luutru.errors")


def status(error: errors.LuuTruError | type[errors.LuuTruError]) -> HTTPStatus:
    """Return the HTTP status of an error."""
    return SLUGS.get(error.slug, FAMILIES[family(error)])


def sentence(error: errors.LuuTruError) -> str:
    """Return the key, under "problem.", of what a person reads."""
    return SLUG_SENTENCES.get(error.slug, SENTENCES[family(error)])


def document(error: errors.LuuTruError) -> dict[str, object]:
    """Return the problem as RFC 9457 has it; `slug` is stable, `detail` is for the reader who must act."""
    code = status(error)
    said = {name: getattr(error, name) for name in PARTS if hasattr(error, name)}
    return {
        "type": f"urn:luutru:problem:{error.slug}",
        "slug": error.slug,
        "title": code.phrase,
        "status": int(code),
        "detail": str(error) if int(code) < 500 else code.phrase,
        **said,
    }
