"""The HTTP side of InfluxDB: one connection, and errors by what the sink does next."""

import asyncio
import gzip
import ssl
from typing import Any
from urllib.parse import urlencode

import aiohttp

from logger.errors import ConfigError, SinkRejected, SinkUnavailable
from logger.sinks.influx_library import prepare_influxdb_client
from logger.sinks.settings import InfluxSettings, TlsSettings
from logger.sinks.tls import tls_context

prepare_influxdb_client()

from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync  # noqa: E402
from influxdb_client.rest import ApiException  # noqa: E402

PERSON_MUST_ACT_RETRY_S = 60.0
_WORDS_KEPT = 500
_ANSWER_BYTES = 1 << 16
_KEEPALIVE_S = 3600.0
_GZIP_LEVEL = 1
_WRITE_HEADERS = {"Accept": "application/json", "Content-Type": "text/plain; charset=utf-8"}
_NO_DELETE = frozenset({400, 401, 403, 404, 405, 422, 501})
"""No such API, or no right to it: a token that may write need not be one that may delete."""


class RefusedPoints(SinkRejected):
    """400 or 422: some or all of the points are no good; the others may have been written."""


class TooLarge(SinkRejected):
    """413: the request is larger than the server takes."""


class CannotDelete(SinkRejected):
    """The server has no way to delete points, or does not let us."""


class _BriefAnswer(aiohttp.ClientResponse):
    """An answer of which the beginning is read; one that goes on costs the connection."""

    async def read(self) -> bytes:
        beginning = bytearray()
        try:
            async for piece in self.content.iter_any():
                beginning += piece
                if len(beginning) > _ANSWER_BYTES:
                    self.close()
                    break
        except BaseException:
            self.close()
            raise
        self._body = bytes(beginning[:_ANSWER_BYTES])
        return self._body


class InfluxClient:
    """One aiohttp session with one connection at a time."""

    def __init__(self, settings: InfluxSettings, context: ssl.SSLContext) -> None:
        self._settings = settings
        self._context = context
        self._connections_made = 0
        self._connections_seen = 1
        token = settings.token
        self._client = InfluxDBClientAsync(
            settings.url.rstrip("/"),
            token="" if token is None else token.get_secret_value(),
            org=settings.org,
            timeout=aiohttp.ClientTimeout(total=settings.timeout_s),
            ssl_context=context,
            allow_redirects=False,
            client_session_type=self._session,
        )
        # The library's own layer above makes the same request of both anew each time, for
        # half as much again.
        place = {"org": settings.org, "bucket": settings.bucket, "precision": "ns"}
        self._write_url = f"{settings.url.rstrip('/')}/api/v2/write?{urlencode(place)}"
        self._write_headers = self._client.api_client.default_headers | _WRITE_HEADERS
        self._delete = self._client.delete_api()

    def _session(self, *, connector: aiohttp.TCPConnector, **more: Any) -> aiohttp.ClientSession:
        """Make the client's session with one connection that only the server ends.

        The connector that the client brings was never used; it holds nothing to close.
        """
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(self._connection_made)
        # Names are looked up anew for each connection: a receiver may have moved.
        lasting = aiohttp.TCPConnector(
            limit=1, ssl=self._context, keepalive_timeout=_KEEPALIVE_S, use_dns_cache=False
        )
        more |= {"trace_configs": [trace], "response_class": _BriefAnswer}
        return aiohttp.ClientSession(connector=lasting, **more)

    async def _connection_made(self, *_: object) -> None:
        self._connections_made += 1

    def renewed(self) -> bool:
        """Return whether the server closed the connection since this was last asked.

        It may have been restarted then, and have lost what it acknowledged last.
        """
        renewed = self._connections_made > self._connections_seen
        self._connections_seen = max(1, self._connections_made)
        return renewed

    async def write(self, body: bytes) -> None:
        """Return once the server acknowledged ``body``, lines with times in ns.

        Raises RefusedPoints, TooLarge or SinkUnavailable.
        """
        try:
            status = await self._post(body)
        except ApiException as error:
            if error.status in (400, 422):
                raise RefusedPoints(_words(error)) from None
            if error.status == 413:
                raise TooLarge(_words(error)) from None
            raise unavailable(error) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unavailable(error) from None
        if status not in (201, 204):
            raise SinkUnavailable(f"the server answers {status}, which no InfluxDB does")

    async def _post(self, body: bytes) -> int:
        """Post lines; they are compressed in a thread, so that nothing else waits for it."""
        headers = self._write_headers
        if self._settings.gzip:
            body = await asyncio.to_thread(gzip.compress, body, _GZIP_LEVEL)
            headers = headers | {"Content-Encoding": "gzip"}
        rest = self._client.api_client.rest_client
        answer = await rest.POST(self._write_url, headers=headers, body=body)  # type: ignore[no-untyped-call]  # it has no annotations
        return int(answer.status)

    async def delete(self, start: str, stop: str, predicate: str) -> None:
        """Delete what ``predicate`` names between two RFC 3339 times.

        Raises CannotDelete or SinkUnavailable.
        """
        try:
            await self._delete.delete(
                start, stop, predicate, self._settings.bucket, self._settings.org
            )
        except ApiException as error:
            if error.status in _NO_DELETE:
                raise CannotDelete(_words(error)) from None
            raise unavailable(error) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unavailable(error) from None

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()  # type: ignore[no-untyped-call]  # it has no annotations


async def open_client(settings: InfluxSettings) -> InfluxClient:
    """Return a client; it connects when it first writes."""
    try:
        context = await asyncio.to_thread(_context, settings)
    except ConfigError as error:
        raise SinkUnavailable(str(error)) from None
    return InfluxClient(settings, context)


def _context(settings: InfluxSettings) -> ssl.SSLContext:
    if settings.tls is not None or settings.url.startswith("https:"):
        return tls_context(settings.tls or TlsSettings(), "influx.tls")
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def unavailable(error: Exception) -> SinkUnavailable:
    """Return the error for a server that did not take a request, without secrets."""
    if not isinstance(error, ApiException):
        words = _printable(str(error)) or type(error).__name__
        return SinkUnavailable(f"no answer from the database: {words}")
    reason = f"the database answers {error.status}: {_words(error)}"
    if error.status is not None and (error.status == 429 or error.status >= 500):
        return SinkUnavailable(reason, _seconds(error.retry_after))
    return SinkUnavailable(reason, PERSON_MUST_ACT_RETRY_S)


def _words(error: ApiException) -> str:
    words = error.message
    return _printable(words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words))


def _printable(text: str) -> str:
    """Return the beginning on one line; what no UTF-8 can hold becomes ``?``."""
    line = " ".join(text.split())[:_WORDS_KEPT]
    return line.encode("utf-8", "replace").decode()


def _seconds(retry_after: str | None) -> float | None:
    """Return the server's wish in seconds; a date or nonsense counts for none."""
    try:
        return max(0.0, float(retry_after)) if retry_after is not None else None
    except ValueError:
        return None
