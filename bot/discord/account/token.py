"""The bot's token, from the environment or from a file that the environment names, and from nowhere else."""

import logging
import re
import stat
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from bot.wording import count_with_noun, error_message
from index.errors import ConfigurationError

VARIABLE = "DISCORD_BOT_TOKEN"
FILE_VARIABLE = "DISCORD_BOT_TOKEN_FILE"
WHERE = "Discord's developer portal shows one under your application: Bot, Reset Token"

_PARTS = (("first", 18), ("second", 4), ("third", 20))  # minimal lengths, in characters
_PART = re.compile(r"[\w-]*", re.ASCII)
_LONGEST = 4096  # bytes of a file with a token: a device may never end

log = logging.getLogger(__name__)


def is_configured(environment: Mapping[str, str]) -> bool:
    """Return whether a token is given, well-formed or not."""
    return bool(environment.get(VARIABLE) or environment.get(FILE_VARIABLE))


def read_token(environment: Mapping[str, str]) -> str:
    """Return the token of DISCORD_BOT_TOKEN, or else of the file that DISCORD_BOT_TOKEN_FILE names.

    White space around it is dropped; a warning is logged if every user of the machine can read the file.
    Raises ConfigurationError, which never shows the value, if there is none or it cannot be a token.
    """
    if value := environment.get(VARIABLE):
        return _check(value, VARIABLE)
    if not (file_name := environment.get(FILE_VARIABLE)):
        raise ConfigurationError(
            f"no token: set {VARIABLE}, or {FILE_VARIABLE} to a file that holds it ({WHERE})"
        )
    path = Path(file_name)
    place = f"{FILE_VARIABLE}: {path}"
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
            mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        reason = error_message(error).removeprefix(f"{path}: ")
        raise ConfigurationError(f"{place}: {reason}") from None
    if mode & stat.S_IROTH:
        log.warning("%s can be read by every user of this machine; run: chmod 600 %s", place, path)
    return _check(content.decode("utf-8-sig", "replace"), place)


def remove_token(environment: MutableMapping[str, str]) -> None:
    """Remove the token's variables from an environment, so that no child process inherits them."""
    for name in (VARIABLE, FILE_VARIABLE):
        environment.pop(name, None)


def _check(value: str, place: str) -> str:
    token = value.strip()
    if fault := _fault(token):
        raise ConfigurationError(f"{place}: not a bot token: {fault} ({WHERE})")
    return token


def _fault(token: str) -> str | None:
    """Return what is wrong with a token, without giving any of it away; None if nothing is."""
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
            length = count_with_noun(len(part), "character")
            return f"its {name} part is too short: {length}, expected {least} or more; is it all there?"
    return None
