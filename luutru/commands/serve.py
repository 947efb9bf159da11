"""`luutru serve`: the desk and the API, with a worker and an index holder beside them."""

import argparse
import logging
import signal
import threading
from types import FrameType
from typing import NoReturn

import uvicorn

from catalog import people
from luutru.bootstrap import FIRST_ADMINISTRATOR, open_archive
from luutru.commands.exit_codes import DONE
from luutru.commands.init import ONE_TIME, first_time
from luutru.commands.verb import Verb, say
from luutru.crew import Crew, HelperFails, crew
from luutru.garbage import settle
from luutru.settings import Settings, from_environment

log = logging.getLogger("luutru.serve")

KEEP_UP_SECONDS = 1.0


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    parser.add_argument("--no-work", action="store_true", help="serve only; workers run elsewhere")


def _run(args: argparse.Namespace) -> int:
    from api.app import create_app  # the desk takes a second to load, and no other verb needs it
    from api.archive import doors

    settings = from_environment()
    first_time(settings)
    archive = open_archive(settings)
    rooms = doors(archive, settings)
    app = create_app(rooms)
    threading.Thread(target=rooms.room.warm, daemon=True).start()
    _greet(settings, args.host, args.port)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=args.host,
            port=args.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    )
    settle()
    if args.no_work:
        server.run()
        return DONE
    signal.signal(signal.SIGTERM, _end)  # uvicorn closes its doors first, then hands the signal on
    with crew() as at_work:
        over = threading.Event()
        keeper = threading.Thread(target=_keep_up, args=(at_work, over), daemon=True)
        keeper.start()
        try:
            server.run()
        finally:
            over.set()
            keeper.join()
    return DONE


def _keep_up(at_work: Crew, over: threading.Event) -> None:
    while not over.wait(KEEP_UP_SECONDS):
        try:
            at_work.keep_up()
        except HelperFails as error:
            log.error("serve.helper %s", error)  # the desk stays open: what is kept can still be found
        except OSError as error:  # no memory or no process left for a helper just now
            log.error("serve.helper cannot be started: %s", error.strerror)


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(DONE)


def _greet(settings: Settings, host: str, port: int) -> None:
    archive = open_archive(settings)
    with archive.register.read() as conn:
        first = [p for p in people.people(conn, archive.system) if p.name == FIRST_ADMINISTRATOR]
    archive.close()
    say()
    say(f"  Bàn làm việc: http://{host}:{port}")
    note = settings.home / ONE_TIME
    if first and first[0].must_change and note.exists():
        say(f"  Đăng nhập lần đầu: {FIRST_ADMINISTRATOR}   mật khẩu dùng một lần: {note.read_text().strip()}")
    else:
        note.unlink(missing_ok=True)
        say(f"  Đăng nhập: {FIRST_ADMINISTRATOR} (mật khẩu bạn đã đặt)")
    say('  Thử tìm: quyết định · "ủy ban nhân dân" · uy ban nhan dan · nam:2017')
    say("  Dừng: Ctrl+C")
    say()


SERVE = Verb("serve", _arguments, _run)
