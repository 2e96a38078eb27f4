"""At which addresses browsers reach a console that listens."""

from logger.review.settings import ConsoleSettings
from logger.review.tls.authority import address_of


def addresses(
    settings: ConsoleSettings, host: str, port: int, host_names: frozenset[str]
) -> list[str]:
    """Return the addresses of a console that listens at ``host``, names before numbers.

    Where it listens on all of the host's networks, these are ``settings.names`` and
    ``host_names``; loopback only if there is nothing else.
    """
    listening = address_of(host)
    if listening is None or not listening.is_unspecified:
        reached = [host]
    else:
        every = dict.fromkeys((*settings.names, *sorted(host_names, key=_order)))
        # A socket at :: takes no IPv4.
        usable = [one for one in every if listening.version == 4 or address_of(one) is None]
        reached = [one for one in usable if not _is_loopback(one)] or ["localhost"]
    scheme = "https" if settings.is_secure else "http"
    return [f"{scheme}://{f'[{one}]' if ':' in one else one}:{port}/" for one in reached]


def _order(name: str) -> tuple[bool, str]:
    return address_of(name) is not None, name


def _is_loopback(name: str) -> bool:
    address = address_of(name)
    return name == "localhost" if address is None else address.is_loopback
