"""Templates, and how a page is made of one."""

import jinja2


def template_environment() -> jinja2.Environment:
    """Return the templates; whatever is put into one is escaped, and nothing may be missing."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("logger.review"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
