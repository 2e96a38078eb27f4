"""A QR code as a picture within a page."""

from html import escape

import segno
from markupsafe import Markup


def qr_code(text: str, name: str) -> Markup:
    """Return ``text`` as SVG without any style, which says ``name`` to whoever cannot see it."""
    made = segno.make(text, error="m", micro=False)
    svg = made.svg_inline(svgclass="qr", lineclass=None, omitsize=True, border=4)
    opening = f'<svg role="img" aria-label="{escape(name)}"'
    return Markup(svg.replace("<svg", opening, 1))  # noqa: S704 - made of the code, the name escaped
