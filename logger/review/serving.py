"""The console's process: it listens, says where, and ends at SIGTERM."""

import secrets
import signal
import socket
import ssl
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread

import uvicorn

from logger.accounts.store import read_accounts
from logger.command_socket import send_order
from logger.errors import ConfigError
from logger.journal.files import JOURNAL_FILE
from logger.journal.reader import JournalReader
from logger.review.ahead import look_ahead
from logger.review.app import make_app
from logger.review.console import Console, Outside, make_console
from logger.review.reached import addresses
from logger.review.set_up import SetUpCode
from logger.review.settings import ConsoleSettings
from logger.review.tls.authority import address_of
from logger.review.tls.host_names import host_names
from logger.review.tls.kept import OwnTls

_GRACE_S = 5
_HEARD_BYTES_MAX = 1024


def serve(
    settings: ConsoleSettings,
    site: str,
    data_dir: Path,
    say: Callable[[str], object],
    plans_file: Path | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; ``say`` is told its addresses and the set-up code.

    With an authority of its own it is told that one's fingerprint too. ConfigError where it
    cannot listen there, or certificate and key do not serve.
    """
    outside = Outside(_up_s, time.time_ns, secrets.token_bytes)
    own = _own_tls(settings, site, data_dir, outside) if settings.tls == "own" else None
    set_up = None if _has_accounts(data_dir) else SetUpCode(outside.random_bytes)
    order = partial(send_order, data_dir)
    pem = None if own is None else own.authority_pem
    console = make_console(settings, site, data_dir, outside, order, set_up, plans_file, pem)
    config = _config(console, own)
    listener = _listening(settings)
    host, port = listener.getsockname()[:2]
    say(f"console: {' '.join(addresses(settings, host, port, host_names()))}")
    if own is not None:
        say(f"authority, SHA-256: {own.fingerprint}")
    if set_up is not None:
        say(f"set-up code, for the first administrator: {set_up.text}")
    ahead = (console.sessions, console.sign_ins, time.sleep)
    Thread(target=look_ahead, args=ahead, daemon=True).start()
    # uvicorn raises the signal again once it has shut down, and that is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listener])
    if console.access.waiting:
        say(f"not in the journal, as no recorder ran: {console.access.waiting} sign-ins and views")


def _up_s() -> float:
    """Return seconds that no setting of the clock moves, and that count while it sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _has_accounts(data_dir: Path) -> bool:
    if not (data_dir / JOURNAL_FILE).is_file():
        return False
    with JournalReader(data_dir) as reader:
        return any(True for _ in read_accounts(data_dir, reader))


def _own_tls(settings: ConsoleSettings, site: str, data_dir: Path, outside: Outside) -> OwnTls:
    """Return the console's own authority, with a certificate that lasts."""
    names = frozenset(str(address_of(one) or one.lower()) for one in settings.names)
    own = OwnTls(data_dir, site, names, host_names, outside.now_unix_ns, outside.now_s)
    own.renew()
    return own


def _config(console: Console, own: OwnTls | None) -> uvicorn.Config:
    settings = console.settings
    config = uvicorn.Config(
        make_app(console),
        ssl_certfile=settings.cert_file if own is None else own.cert_file,
        ssl_keyfile=settings.key_file if own is None else own.key_file,
        timeout_graceful_shutdown=_GRACE_S,
        log_config=None,
        access_log=False,  # addresses may hold a client's code
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=_HEARD_BYTES_MAX,
        # To pack each message anew for each viewer costs more than a LAN saves by it.
        ws_per_message_deflate=False,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            "console.cert_file, console.key_file",
            f"they cannot be used: {error}",
            "Give a certificate and its key as readable PEM files",
        ) from None
    if own is not None and config.ssl is not None:
        own.keep_fresh(config.ssl)
    return config


def _listening(settings: ConsoleSettings) -> socket.socket:
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, _, _, _, place = found[0]
        return socket.create_server(place[:2], family=family)
    except OSError as error:
        raise ConfigError(
            f"console {settings.host}:{settings.port}",
            f"cannot listen there: {error.strerror or error}",
            "Give another console.host or console.port",
        ) from None
