"""The bot's token: from the environment or from a file that it names, and from nowhere else."""

import logging
import re
import stat
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from bot.wording import in_words
from index.errors import ConfigurationError

VARIABLE = "DISCORD_BOT_TOKEN"
FILE_VARIABLE = "DISCORD_BOT_TOKEN_FILE"
WHERE = "Discord's developer portal shows one under your application: Bot, Reset Token"

_PARTS = (("first", 18), ("second", 4), ("third", 20))  # characters of each at least
_PART = re.compile(r"[\w-]*", re.ASCII)
_LONGEST = 4096  # bytes of a file that may hold a token; a device that never ends is none

log = logging.getLogger(__name__)


def is_configured(environment: Mapping[str, str]) -> bool:
    """Say whether a token is named, well-formed or not."""
    return bool(environment.get(VARIABLE) or environment.get(FILE_VARIABLE))


def read_token(environment: Mapping[str, str]) -> str:
    """Return the token of DISCORD_BOT_TOKEN, or else of the file that DISCORD_BOT_TOKEN_FILE names.

    White space around it is dropped; a file that every user of the machine can read is warned of. Raises
    ConfigurationError, which never shows what was found, where there is none or it cannot be a token.
    """
    if found := environment.get(VARIABLE):
        return _checked(found, VARIABLE)
    if not (named := environment.get(FILE_VARIABLE)):
        raise ConfigurationError(
            f"no token: set {VARIABLE}, or {FILE_VARIABLE} to a file that holds it ({WHERE})"
        )
    path = Path(named)
    place = f"{FILE_VARIABLE}: {path}"
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
            mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        reason = in_words(error).removeprefix(f"{path}: ")
        raise ConfigurationError(f"{place}: {reason}") from None
    if mode & stat.S_IROTH:
        log.warning("%s can be read by every user of this machine; run: chmod 600 %s", place, path)
    return _checked(content.decode("utf-8-sig", "replace"), place)


def remove_token(environment: MutableMapping[str, str]) -> None:
    """Remove what names the token from an environment, so that no child process inherits it."""
    for name in (VARIABLE, FILE_VARIABLE):
        environment.pop(name, None)


def _checked(found: str, place: str) -> str:
    token = found.strip()
    if fault := _fault(token):
        raise ConfigurationError(f"{place}: not a bot token: {fault} ({WHERE})")
    return token


def _fault(token: str) -> str | None:
    """Say what is wrong with what was given, without giving any of it away; None where nothing is."""
    if not token:
        return "it is empty"
    if VARIABLE in token:
        return f"give the token alone, without {VARIABLE}= before it or other lines"
    if token[0] in "\"'":
        return "leave out the quotation marks"
    if token.lower().startswith("bot "):
        return 'leave out "Bot" before it'
    if len(token.split()) > 1:
        return "there is white space in it"
    if len(token) > _LONGEST:
        return "it is too long"
    parts = token.split(".")
    if len(parts) != len(_PARTS):
        return f"expected three parts with dots between, found {len(token)} characters in {len(parts)}"
    if not all(map(_PART.fullmatch, parts)):
        return "it has other characters than letters, digits, - and _ in three parts with dots between"
    for part, (name, least) in zip(parts, _PARTS, strict=True):
        if len(part) < least:
            found = f"{len(part)} character{'s' * (len(part) != 1)}"
            return f"its {name} part is too short: {found}, expected {least} or more; is it all there?"
    return None
