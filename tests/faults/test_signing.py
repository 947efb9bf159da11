"""Signing by the batch is killed again and again; in the end every document is signed once."""

import random
import signal
import time
from pathlib import Path

from sqlalchemy import func, select

from catalog import schema
from tests.faults.installation import Installation
from tests.faults.signing_home import able_to_sign, sign_off_all
from tests.faults.stocked import Stocked

KILLS = 4


def signed(installation: Installation) -> tuple[int, int]:
    """Return how many signed forms are recorded, and of how many documents."""
    archive = installation.open()
    try:
        with archive.register.read() as conn:
            table = schema.signed_pdf.c
            row = conn.execute(select(func.count(), func.count(table.document_id.distinct()))).one()
            return row[0], row[1]
    finally:
        archive.close()


def test_whoever_kills_the_signing_no_document_is_left_out_or_signed_twice(
    stocked: Stocked, tmp_path: Path
) -> None:
    chance = random.Random(20261126)
    with able_to_sign(stocked.copy(tmp_path / "home"), tmp_path / "key") as (installation, _service):
        sign_off_all(installation)
        for _ in range(KILLS):
            before = signed(installation)[0]
            running = installation.start("sign", "documents", "--all")
            deadline = time.monotonic() + 60
            while signed(installation)[0] == before and running.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 0.2))
            running.send_signal(signal.SIGKILL)
            running.wait()
        ended = installation.do("sign", "documents", "--all", "--json")

        assert ended.code == 0, ended.err
        forms, documents = signed(installation)
        assert forms == documents == 4
        again = installation.do("sign", "documents", "--all", "--json").json
        assert (again["signed"], again["failures"]) == (0, [])
        checked = installation.do("check", "--json")
        assert checked.code == 0, checked.out
        log = installation.do("audit", "verify", "--json")
        assert log.code == 0, log.out
