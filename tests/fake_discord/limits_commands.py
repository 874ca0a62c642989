"""What Discord documents of application commands: names, descriptions, options and how many there may be."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.fake_discord.limits import Problems, choices, join, keys, text, units
from tests.fake_discord.problems import Problem

MOST = {1: 100, 2: 15, 3: 15}
"""Commands of each type: slash, on a user, on a message."""
COMMAND_KEYS = {
    *("id", "type", "name", "name_localizations", "description", "description_localizations", "options"),
    *("default_member_permissions", "dm_permission", "contexts", "integration_types", "nsfw", "handler"),
}
OPTION_KEYS = {
    *(
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "required",
        "choices",
    ),
    *("options", "channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete"),
}
STRING, SUBCOMMANDS = 3, (1, 2)


def is_name(name: str) -> bool:
    """Return whether a slash command or an option may have this name."""
    return 1 <= units(name) <= 32 and name == name.lower() and all(map(_in_name, name))


def _in_name(character: str) -> bool:
    if character in "-_'" or unicodedata.category(character)[0] in "LN":
        return True
    return unicodedata.name(character, "").startswith(("DEVANAGARI", "THAI"))


def commands(value: Any) -> Problems:
    """Check all commands that are set at once."""
    if not isinstance(value, list):
        yield Problem("", "BASE_TYPE_BAD_LIST", "Only lists are accepted.")
        return
    for number, one in enumerate(value):
        yield from command(one, str(number))
    for kind, count in Counter(one.get("type") or 1 for one in value).items():
        if count > MOST.get(kind, 0):
            yield Problem("", "APPLICATION_COMMANDS_TOO_MANY", f"{count} commands of type {kind}.")
    for (name, kind), count in Counter((one.get("name"), one.get("type") or 1) for one in value).items():
        if count > 1:
            message = f"Application command names must be unique: {name!r} of type {kind}"
            yield Problem("", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)


def command(value: dict[str, Any], path: str = "") -> Problems:
    """Check one command."""
    yield from keys(value, path, COMMAND_KEYS)
    kind = value.get("type") or 1
    name = value.get("name")
    if kind == 1:
        yield from _described(value, path)
    else:
        yield from text(name, join(path, "name"), 32, 1)
        if value.get("description") or value.get("options"):
            message = "Context menu commands have no description and no options."
            yield Problem(join(path, "description"), "APPLICATION_COMMAND_INVALID_DESCRIPTION", message)
    yield from _options(value.get("options") or [], join(path, "options"))
    for key, known in (("contexts", (0, 1, 2)), ("integration_types", (0, 1))):
        given = value.get(key)
        if given is not None and (not given or set(given) - set(known) or len(set(given)) < len(given)):
            yield Problem(join(path, key), "BASE_TYPE_CHOICES", f"Some of {known}, each once, at least one.")
    if sum(_texts(value)) > 8000:
        yield Problem(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _described(value: dict[str, Any], path: str) -> Problems:
    name = value.get("name")
    if not isinstance(name, str) or not is_name(name):
        yield Problem(join(path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    yield from text(value.get("description"), join(path, "description"), 100, 1)


def _texts(value: dict[str, Any]) -> Iterator[int]:
    yield units(str(value.get("name") or "")) + units(str(value.get("description") or ""))
    for choice in value.get("choices") or ():
        yield units(str(choice.get("name"))) + units(str(choice.get("value")))
    for option in value.get("options") or ():
        yield from _texts(option)


def _options(options: list[dict[str, Any]], path: str) -> Problems:
    if len(options) > 25:
        yield Problem(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    if len({option.get("name") for option in options}) < len(options):
        yield Problem(path, "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Option names must be unique.")
    optional = False
    for number, option in enumerate(options):
        place = join(path, number)
        yield from keys(option, place, OPTION_KEYS)
        yield from _described(option, place)
        if option.get("type") not in range(1, 12):
            yield Problem(join(place, "type"), "BASE_TYPE_CHOICES", "Value must be one of 1 to 11.")
        if option.get("type") in SUBCOMMANDS:
            yield from _options(option.get("options") or [], join(place, "options"))
            continue
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            yield Problem(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
        if option.get("choices"):
            yield from choices(option["choices"], join(place, "choices"))
            if option.get("autocomplete"):
                message = "Choices or autocomplete, not both."
                yield Problem(place, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES_INVALID", message)
        for key, least in (("min_length", 0), ("max_length", 1)):
            if option.get(key) is not None and (
                option.get("type") != STRING or not least <= option[key] <= 6000
            ):
                yield Problem(join(place, key), "NUMBER_TYPE_MAX", f"Of texts only, {least} to 6000.")
