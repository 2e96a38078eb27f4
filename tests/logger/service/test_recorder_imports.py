"""The recorder's process keeps small: what only its children need is not even loaded."""

import subprocess
import sys

HEAVY = ("argon2", "biip", "cryptography", "fhir", "pyarrow", "pyotp", "segno", "typst")


def test_the_recorder_loads_nothing_that_only_children_need() -> None:
    program = "import sys, logger.service.running; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "logger.accounts.rules" in loaded
    assert [name for name in HEAVY if name in loaded] == []
