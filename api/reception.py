"""The reception: who comes in, with a password, a session or a program's token."""

import hashlib
import threading
import time
from collections.abc import Callable

from api.backoff import Backoff
from api.problems import TooManyTries
from api.view import Visitor
from catalog import people, tokens
from catalog.people import AccountWaits, BadCredentials
from catalog.register import Register

SEEN_EVERY_SECONDS = 300.0
"""A session is marked as used this often: a write for each request would queue behind the readers."""

REMEMBERED = 10_000


class Reception:
    """Lets people in; slows down addresses that guess (the register slows down guessed names)."""

    def __init__(self, register: Register, clock: Callable[[], float] = time.monotonic) -> None:
        self._register = register
        self._clock = clock
        self._backoff = Backoff(clock)
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Return the secret of a new session.

        Raises:
            BadCredentials: name and password do not belong together.
            TooManyTries: wait first; nothing was checked.
        """
        wait = self._backoff.wait(address)
        if wait:
            raise TooManyTries(f"too many wrong tries; wait {wait} s", retry_after=wait)
        try:
            with self._register.read() as conn:
                kept = people.kept_password(conn, name)
            compared = people.compare(kept, password)  # a tenth of a second, with no transaction open
            with self._register.write() as conn:
                secret = people.sign_in(conn, name, password, compared)
        except AccountWaits as error:
            seconds = next((int(word) for word in str(error).split() if word.isdigit()), 60)
            raise TooManyTries(str(error), retry_after=seconds) from error
        if secret is None:
            self._backoff.failed(address)
            raise BadCredentials("name and password do not belong together")
        self._backoff.succeeded(address)
        return secret

    def visitor(self, secret: str) -> Visitor | None:
        """Return who holds the session, None where it has ended."""
        try:
            with self._register.read() as conn:
                session = people.session(conn, secret)
        except BadCredentials:
            return None
        if self._is_due(secret):
            with self._register.write() as conn:
                people.session_seen(conn, secret)
        person = session.person
        return Visitor(person.name, session.scope, session.csrf, person.must_change)

    def program(self, token: str) -> Visitor | None:
        """Return on whose behalf a program asks, None where the token is not (or no longer) good."""
        try:
            with self._register.read() as conn:
                scope = tokens.scope_of(conn, token)
        except BadCredentials:
            return None
        return Visitor(scope.actor, scope, csrf="", program=True)

    def sign_out(self, secret: str) -> None:
        """End the session; twice is harmless."""
        with self._register.write() as conn:
            people.sign_out(conn, secret)

    def change_password(self, visitor: Visitor, current: str, new: str, address: str) -> str:
        """Replace the visitor's own password, end their sessions, return the secret of a new one.

        Raises:
            BadCredentials: `current` is not the password.
            PasswordTooWeak: `new` will not do.
            TooManyTries: wait first; nothing was checked.
        """
        key = f"{address} {visitor.name}"
        wait = self._backoff.wait(key)
        if wait:
            raise TooManyTries(f"too many wrong tries; wait {wait} s", retry_after=wait)
        try:
            with self._register.write() as conn:
                people.change_password(conn, visitor.scope, current, new)
        except BadCredentials:
            self._backoff.failed(key)
            raise
        return self.sign_in(visitor.name, new, address)

    def _is_due(self, secret: str) -> bool:
        key = hashlib.sha256(secret.encode()).hexdigest()
        now = self._clock()
        with self._lock:
            before = self._seen.get(key)
            if before is not None and now - before < SEEN_EVERY_SECONDS:
                return False
            self._seen.pop(key, None)
            self._seen[key] = now
            while len(self._seen) > REMEMBERED:
                del self._seen[next(iter(self._seen))]
        return True
