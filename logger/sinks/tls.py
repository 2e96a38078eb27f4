"""One TLS context from settings, for broker and database."""

import ssl

from logger.errors import ConfigError
from logger.sinks.settings import TlsSettings


def tls_context(tls: TlsSettings, place: str) -> ssl.SSLContext:
    """Return a context that checks the server and shows the client's certificate, if any.

    Reads the files anew each time, so that a renewed certificate counts from the next
    connection on. Raises :class:`ConfigError` that names ``place`` and the file at fault.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"{place}.ca_file {tls.ca_file}", _reason(error), "Name a readable PEM file"
        ) from None
    if tls.cert_file is not None:
        try:
            context.load_cert_chain(tls.cert_file, tls.key_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"{place}.cert_file {tls.cert_file}",
                _reason(error),
                "Name a PEM certificate and its key",
            ) from None
    return context


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
