"""What every command knows: the settings, as flags, environment and file give them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from logger.settings_sources import data_dir_of, site_of

if TYPE_CHECKING:
    from logger.settings import Settings


@dataclass(slots=True)
class Invocation:
    """One call of ``needlelog``. The settings are read when a command asks for them."""

    config: Path | None = None
    flags: dict[str, str] = field(default_factory=dict)
    _settings: "Settings | None" = None

    @property
    def settings(self) -> "Settings":
        """The settings; raises :class:`logger.errors.ConfigError`."""
        if self._settings is None:
            from logger.settings import load_settings  # noqa: PLC0415 - pydantic loads slowly

            self._settings = load_settings(self.config, self.flags)
        return self._settings

    @property
    def data_dir(self) -> Path:
        """The data directory; of the settings no more is judged than is needed to find it."""
        if self._settings is None:
            found = data_dir_of(self.config, self.flags)
            if found is not None:
                return found
        return self.settings.data_dir

    @property
    def site(self) -> str:
        """The site's name; of the settings no more is judged than is needed to find it."""
        if self._settings is None:
            found = site_of(self.config, self.flags)
            if found is not None:
                return found
        return self.settings.site


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
