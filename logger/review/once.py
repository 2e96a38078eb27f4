"""A form that is sent twice, as by a double click, is carried out once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.responses import Response

_KEPT = 100
_REFUSED = 400


class Once:
    """Remembers the answers to the last forms, each by the number that its page gave it."""

    def __init__(self) -> None:
        self._begun: OrderedDict[str, asyncio.Future[Response]] = OrderedDict()

    async def answer(self, number: str, carry_out: Callable[[], Awaitable[Response]]) -> Response:
        """Return what ``carry_out`` returns, or returned when this number was seen before.

        What was refused is forgotten, so that it may be tried again.
        """
        begun = self._begun.get(number)
        if begun is None:
            begun = self._begun[number] = asyncio.ensure_future(carry_out())
            begun.add_done_callback(lambda ended: self._forget_refused(number, ended))
            while len(self._begun) > _KEPT:
                self._begun.popitem(last=False)
        # Shielded: a browser that goes away must not end what another of its clicks waits for.
        return await asyncio.shield(begun)

    def _forget_refused(self, number: str, ended: asyncio.Future[Response]) -> None:
        failed = ended.cancelled() or ended.exception() is not None
        if failed or ended.result().status_code >= _REFUSED:
            self._begun.pop(number, None)
