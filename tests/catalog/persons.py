"""People to sign in, and a clock to let their time run out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog import people
from catalog.identifiers import UserId
from catalog.register import Register
from tests.catalog.archive import SYSTEM

PASSWORD = "một câu đủ dài để nhớ"


@dataclass
class Clock:
    """The time, as far as people's module knows."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


def enter(register: Register, name: str = "lan") -> tuple[UserId, str]:
    with register.write() as conn:
        return people.add(conn, SYSTEM, name)


def settled(register: Register, name: str = "lan") -> UserId:
    """Enter somebody who has changed their one-time password."""
    identifier, once = enter(register, name)
    with register.write() as conn:
        people.change_password(conn, people.find(conn, SYSTEM, name).scope, once, PASSWORD)
    return identifier


def sign_in(register: Register, password: str, name: str = "lan") -> str | None:
    with register.write() as conn:
        return people.sign_in(conn, name, password)


def who(register: Register, secret: str) -> people.Session:
    with register.read() as conn:
        return people.session(conn, secret)
