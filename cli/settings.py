"""Where things are and who asks: the environment, then the settings file of `fileferry config`.

This is the only file of the command that reads the environment.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cli.errors import CommandFailed
from cli.private_files import write_private

SETTINGS_FILE = "settings.json"


@dataclass(frozen=True)
class Settings:
    """`url` and `token` are those of the environment; `kept` is what `fileferry config` stored."""

    folder: Path
    url: str | None = None
    token: str | None = field(default=None, repr=False)
    color: bool = True
    has_display: bool = False
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / SETTINGS_FILE

    def keep(self, name: str, value: str | None) -> None:
        """Stores one setting; None removes it. What others stored meanwhile stays. Raises
        CommandFailed."""
        kept = {**_kept(self.file), name: value}
        text = json.dumps({k: v for k, v in kept.items() if v is not None}, indent=2)
        try:
            write_private(self.file, text + "\n")
        except OSError as error:
            raise CommandFailed(f"{self.file} cannot be written ({error.strerror}).") from error


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Raises CommandFailed when the settings file cannot be read."""
    env = os.environ if environ is None else environ
    folder = config_folder(env)
    return Settings(
        folder=folder,
        url=env.get("FILEFERRY_URL") or None,
        token=(env.get("FILEFERRY_TOKEN") or "").strip() or None,
        color=not env.get("NO_COLOR") and env.get("TERM") != "dumb",
        has_display=_has_display(env),
        kept=_kept(folder / SETTINGS_FILE),
    )


def _has_display(env: Mapping[str, str]) -> bool:
    """Whether a browser opens in a window. One of the terminal would take the terminal away."""
    return sys.platform in ("win32", "darwin") or bool(
        env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")
    )


def config_folder(env: Mapping[str, str]) -> Path:
    """The platform's place for settings of a program."""
    if sys.platform == "win32":
        return Path(env.get("APPDATA") or _home() / "AppData/Roaming") / "FileFerry"
    place = env.get("XDG_CONFIG_HOME", "")
    if place.startswith("/"):  # the specification has relative ones ignored
        return Path(place) / "fileferry"
    if sys.platform == "darwin":
        return _home() / "Library/Application Support/fileferry"
    return _home() / ".config" / "fileferry"


def _home() -> Path:
    """A container's user may have none. What has to be kept is refused then, and nothing else."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def _kept(file: Path) -> Mapping[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"The settings in {file} cannot be read ({error}).") from error
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CommandFailed(f"The settings in {file} are no JSON object: correct or delete it.")
    return {name: value for name, value in found.items() if isinstance(value, str)}
