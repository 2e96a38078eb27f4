"""Makes a pen's serial number safe where it becomes part of a topic, a tag or a path.

Whatever the pen sends as its name, the result has no character that means something
there, is never empty for a name that is not, and can be turned back. Names of letters,
digits, ``-`` and ``_`` stay as they are.
"""

import re
from urllib.parse import quote, unquote

_UNSAFE_IN_TAG = re.compile("[\x00-\x1f\x7f%\\\\\ud800-\udfff]")
_MEANT_IN_LINE = re.compile(r"([,= ])")
_ESCAPED_IN_LINE = re.compile(r"\\([,= ])")


def escape_topic(name: str) -> str:
    """Return ``name`` as one level of an MQTT topic: no ``+ # / $`` and no NUL."""
    return quote(name, safe="", errors="surrogatepass")


def unescape_topic(level: str) -> str:
    """Return the name from which :func:`escape_topic` made ``level``."""
    return unquote(level, errors="surrogatepass")


def escape_path(name: str) -> str:
    """Return ``name`` as one part of a file path, neither hidden nor ``.`` or ``..``."""
    escaped = escape_topic(name)
    return "%2E" + escaped[1:] if escaped.startswith(".") else escaped


def unescape_path(part: str) -> str:
    """Return the name from which :func:`escape_path` made ``part``."""
    return unescape_topic(part)


def escape_tag(name: str) -> str:
    """Return ``name`` as a tag value in line protocol.

    Commas, blanks and equals signs get the backslash that the server takes away again.
    What line protocol cannot carry (control characters, a backslash before one of
    those) is percent-encoded and stays so in the database.
    """
    carried = _UNSAFE_IN_TAG.sub(
        lambda match: quote(match[0], safe="", errors="surrogatepass"), name
    )
    return _MEANT_IN_LINE.sub(r"\\\1", carried)


def unescape_tag(value: str) -> str:
    """Return the name from which :func:`escape_tag` made ``value``.

    Also takes the value as the database gives it back, without the backslashes.
    """
    return unquote(_ESCAPED_IN_LINE.sub(r"\1", value), errors="surrogatepass")
