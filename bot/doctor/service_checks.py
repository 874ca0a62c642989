"""Checks of an installation that systemd runs with a user of its own, as the unit in `deploy` does.

That user sees neither `/home` nor `/root`, reads only what everybody may read, and writes only to its state
folder.
"""

import contextlib
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import bot
from bot.config import BotConfig
from bot.doctor.check import FAIL, OK, Check
from index.errors import FootnoteError
from index.models.model_folders import find_encoder

STATE = Path("/var/lib/footnote-bot")
"""The unit's `StateDirectory`."""
HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user")))
"""What `ProtectHome=yes` hides."""

_ENVIRONMENT_REMEDY = (
    "Make the virtual environment in /opt, with a Python in /usr or /opt: /usr/bin/python3 -m venv …; "
    "for uv, set UV_PYTHON_INSTALL_DIR=/opt/python first; for pyenv, PYENV_ROOT=/opt/pyenv."
)
_READ_REMEDY = "Put it where everybody may read it, such as below /opt, /srv or /etc, and name it there."


def examine_service(config: BotConfig, file: Path | None) -> Iterator[Check]:
    """Yield what keeps the unit from running this installation with this configuration, if anything does."""
    environment = map(Path, (sys.prefix, sys.base_prefix, sys.executable, bot.__file__))
    read = [("configuration", file)] if file else []
    read.append(("articles", config.corpus_directory))
    with contextlib.suppress(FootnoteError):  # another check says so
        read.append(("model", find_encoder(config.encoder)))
    checks = [
        next(filter(None, (_readable("Python", path, _ENVIRONMENT_REMEDY) for path in environment)), None),
        *(_readable(name, path, _READ_REMEDY) for name, path in read),
        _writable("[index] directory", config.index_directory),
        _writable("[discord] directory", config.bot_directory),
        _writable("[corpus] servers", config.servers_directory) if config.has_server_libraries else None,
    ]
    failed = [check for check in checks if check]
    yield from failed or [Check("service", OK, "systemd can run this with a user of its own")]


def reason_unreadable(path: Path, hidden: tuple[Path, ...] = HIDDEN) -> str | None:
    """Return why a user without a home and without a group cannot read `path`; None if it can."""
    for place in (path.absolute(), path.resolve()):
        for folder in hidden:
            if place.is_relative_to(folder):
                return f"{place} lies in {folder}, which the service cannot see"
    place = path.resolve()
    for part in (*reversed(place.parents), place):
        try:
            mode = part.stat().st_mode
        except OSError as error:
            return f"{part}: {error.strerror}"
        needed = stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
        if part == place:
            needed |= stat.S_IROTH
        if mode & needed != needed:
            return f"{part} cannot be read by everybody"
    return None


def _readable(name: str, path: Path, remedy: str) -> Check | None:
    reason = reason_unreadable(path)
    return None if reason is None else Check("service", FAIL, f"{name}: {reason}", remedy)


def _writable(key: str, path: Path) -> Check | None:
    if path.is_relative_to(STATE):
        return None
    detail = f"{key}: {path} cannot be written by the service"
    return Check("service", FAIL, detail, f"Set `{key}` to a folder in {STATE}.")
