"""The plans of the demo: what they are compared with is made up, and advises nothing."""

from importlib.resources import as_file, files

from logger.journal.kinds import Plan
from logger.session.orders import PlanKey
from logger.session.plans import load_plans

PLANS_FILE = "plans.toml"
_SHIPPED = files("logger.demo").joinpath(PLANS_FILE)


def shipped_plans() -> dict[PlanKey, Plan]:
    """Return the plans by name and version."""
    with as_file(_SHIPPED) as path:
        return load_plans(path)


def plans_text() -> str:
    """Return the same as the text of a plans file."""
    return _SHIPPED.read_text(encoding="utf-8")
