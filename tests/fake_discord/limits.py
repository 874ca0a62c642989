"""What Discord documents of the bodies that it takes: every length, count, pattern and combination.

Lengths are counted in UTF-16 code units: Discord does not say what it counts, and no other reading is
stricter. Keys that Discord does not document are refused here: Discord drops them without a word.
"""

import re
from collections.abc import Iterator
from typing import Any

from tests.fake_discord.messages import EPHEMERAL, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS
from tests.fake_discord.problems import Problem

Problems = Iterator[Problem]

CONTENT, EMBEDS, EMBED_SUM, ROWS, ROW, CUSTOM_ID, LABEL = 2000, 10, 6000, 5, 5, 100, 80
MESSAGE_KEYS = {"content", "embeds", "allowed_mentions", "components", "attachments", "poll", "flags", "tts"}
CREATE_KEYS = MESSAGE_KEYS | {"nonce", "enforce_nonce", "message_reference", "sticker_ids"}
FOLLOW_UP_KEYS = MESSAGE_KEYS | {"username", "avatar_url", "thread_name", "applied_tags"}
EMBED_KEYS = {
    *("type", "url", "title", "color", "timestamp", "description", "author"),
    *("image", "thumbnail", "footer", "fields", "flags"),  # discord.py sends the flags that it was given
}
BUTTON_KEYS = {"type", "id", "custom_id", "style", "label", "disabled", "url", "sku_id", "emoji"}
_WEB = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


def units(text: str) -> int:
    """Count the UTF-16 code units of a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def text(value: Any, path: str, most: int, least: int = 0) -> Problems:
    """Check a text's type and length."""
    if not isinstance(value, str):
        yield Problem(path, "BASE_TYPE_BAD_STRING", "Could not interpret as string.")
    elif units(value) > most:
        yield Problem(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    elif units(value.strip()) < least:
        code = "BASE_TYPE_REQUIRED" if least == 1 else "BASE_TYPE_MIN_LENGTH"
        yield Problem(path, code, f"Must be {least} or more in length.")


def keys(body: dict[str, Any], path: str, known: set[str]) -> Problems:
    """Check that every key is a documented one."""
    for key in body.keys() - known:
        yield Problem(join(path, key), "UNKNOWN_KEY", "Not a documented key.")


def join(path: str, key: str | int) -> str:
    """Return the path of something within something."""
    return f"{path}.{key}" if path else str(key)


def link(value: Any, path: str, most: int = 2048) -> Problems:
    """Check a web address."""
    yield from text(value, path, most, 1)
    if isinstance(value, str) and not _WEB.fullmatch(value):
        message = f"Scheme {value[:32]!r} is not supported. Scheme must be one of ('http', 'https')."
        yield Problem(path, "URL_TYPE_INVALID_SCHEME", message)


def surrogates(value: Any) -> bool:
    """Return whether any text in a body holds half a character."""
    if isinstance(value, str):
        return any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(surrogates(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(surrogates, value))


def message(body: dict[str, Any], path: str, known: set[str], *, silent: bool = True) -> Problems:
    """Check a message that is sent or changed; `silent`: it must say that it mentions nobody."""
    yield from keys(body, path, known)
    if body.get("content") is not None:
        yield from text(body["content"], join(path, "content"), CONTENT)
    flags = body.get("flags")
    if flags is not None and (
        not isinstance(flags, int) or flags & ~(EPHEMERAL | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS)
    ):
        yield Problem(join(path, "flags"), "INVALID_FLAGS", f"{flags} holds flags that cannot be set.")
    yield from embeds(body.get("embeds"), join(path, "embeds"))
    yield from rows(body.get("components"), join(path, "components"))
    if silent and (body.get("content") or body.get("embeds")):
        yield from mentions(body.get("allowed_mentions"), join(path, "allowed_mentions"))


def mentions(value: Any, path: str) -> Problems:
    """Check that nobody is mentioned: where nothing is said, Discord mentions whomever the text names.

    This is the bot's promise and not Discord's rule.
    """
    if not isinstance(value, dict):
        yield Problem(path, "MENTIONS_NOT_RULED_OUT", "Absent, so that the text may mention anybody.")
    elif value.get("parse") != [] or value.get("users") or value.get("roles") or value.get("replied_user"):
        yield Problem(path, "MENTIONS_NOT_RULED_OUT", f"{value} mentions somebody.")


def embeds(value: Any, path: str) -> Problems:
    """Check embeds one by one and all together."""
    if value is None:
        return
    if not isinstance(value, list) or len(value) > EMBEDS:
        yield Problem(path, "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS} or fewer in length.")
        return
    for number, embed in enumerate(value):
        yield from _embed(embed, join(path, number))
    total = sum(sum(map(_embed_text, _embed_texts(embed))) for embed in value)
    if total > EMBED_SUM:
        message = f"Embed size exceeds maximum size of {EMBED_SUM}"
        yield Problem(path, "MAX_EMBED_SIZE_EXCEEDED", message)


def _embed_text(value: Any) -> int:
    return units(value) if isinstance(value, str) else 0


def _embed_texts(embed: dict[str, Any]) -> Iterator[Any]:
    yield embed.get("title")
    yield embed.get("description")
    yield (embed.get("footer") or {}).get("text")
    yield (embed.get("author") or {}).get("name")
    for field in embed.get("fields") or ():
        yield field.get("name")
        yield field.get("value")


def _embed(embed: dict[str, Any], path: str) -> Problems:
    yield from keys(embed, path, EMBED_KEYS)
    if embed.get("type", "rich") != "rich":
        yield Problem(join(path, "type"), "BASE_TYPE_CHOICES", "Must be rich.")
    for key, most in (("title", 256), ("description", 4096)):
        if embed.get(key) is not None:
            yield from text(embed[key], join(path, key), most)
    if embed.get("url") is not None:
        yield from link(embed["url"], join(path, "url"))
    color = embed.get("color")
    if color is not None and (not isinstance(color, int) or not 0 <= color <= 0xFFFFFF):
        yield Problem(join(path, "color"), "NUMBER_TYPE_MAX", "Must be 0 to 16777215.")
    for part, name, most in (("footer", "text", 2048), ("author", "name", 256)):
        if embed.get(part) is not None:
            yield from text(embed[part].get(name), join(join(path, part), name), most, 1)
            for key in ("url", "icon_url"):
                if embed[part].get(key) is not None:
                    yield from link(embed[part][key], join(join(path, part), key))
    for part in ("image", "thumbnail"):
        if embed.get(part) is not None:
            yield from link(embed[part].get("url"), join(join(path, part), "url"))
    fields = embed.get("fields") or []
    if len(fields) > 25:
        yield Problem(join(path, "fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for number, field in enumerate(fields):
        place = join(join(path, "fields"), number)
        yield from keys(field, place, {"name", "value", "inline"})
        yield from text(field.get("name"), join(place, "name"), 256, 1)
        yield from text(field.get("value"), join(place, "value"), 1024, 1)
    if not any(_embed_texts(embed)) and not embed.get("image") and not embed.get("thumbnail"):
        yield Problem(join(path, "description"), "BASE_TYPE_REQUIRED", "This field is required")


def rows(value: Any, path: str) -> Problems:
    """Check the rows of components under a message."""
    if value is None:
        return
    if not isinstance(value, list) or len(value) > ROWS:
        yield Problem(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {ROWS} in length.")
        return
    seen: set[str] = set()
    for number, row in enumerate(value):
        place = join(path, number)
        if row.get("type") != 1:
            yield Problem(
                join(place, "type"), "UNION_TYPE_CHOICES", "Value of field type must be one of (1,)."
            )
            continue
        yield from keys(row, place, {"type", "id", "components"})
        parts = row.get("components")
        if not isinstance(parts, list) or not 1 <= len(parts) <= ROW:
            message = f"Must be between 1 and {ROW} in length."
            yield Problem(join(place, "components"), "BASE_TYPE_BAD_LENGTH", message)
            continue
        for index, part in enumerate(parts):
            inner = join(join(place, "components"), index)
            if part.get("type") == 2:
                yield from _button(part, inner)
            elif part.get("type") not in (3, 5, 6, 7, 8):
                yield Problem(join(inner, "type"), "UNION_TYPE_CHOICES", "Not for a row of a message.")
            elif len(parts) > 1:
                yield Problem(inner, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A menu takes the whole row.")
            else:
                yield from text(part.get("custom_id"), join(inner, "custom_id"), CUSTOM_ID, 1)
            custom_id = part.get("custom_id")
            if custom_id in seen:
                message = "Component custom id cannot be duplicated"
                yield Problem(join(inner, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
            if custom_id is not None:
                seen.add(custom_id)


def _button(button: dict[str, Any], path: str) -> Problems:
    yield from keys(button, path, BUTTON_KEYS)
    style = button.get("style")
    if style not in (1, 2, 3, 4, 5, 6):
        yield Problem(join(path, "style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}.")
    if button.get("label") is not None:
        yield from text(button["label"], join(path, "label"), LABEL)
    if not button.get("label") and not button.get("emoji") and style != 6:
        yield Problem(path, "BUTTON_COMPONENT_INVALID", "A label or an emoji is required.")
    emoji = button.get("emoji")
    if emoji is not None and not emoji.get("id"):
        name = emoji.get("name") or ""
        if not name or name.isascii():
            yield Problem(join(path, "emoji.name"), "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
    wanted = {5: "url", 6: "sku_id"}.get(style or 0, "custom_id")
    for key in ("url", "sku_id", "custom_id"):
        given = button.get(key) is not None
        if given != (key == wanted):
            code = "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED" if key == "custom_id" else "BUTTON_COMPONENT_INVALID"
            message = f"A button of style {style} {'takes no' if given else 'needs its'} {key}."
            yield Problem(join(path, key), code, message)
    if button.get("custom_id") is not None:
        yield from text(button["custom_id"], join(path, "custom_id"), CUSTOM_ID, 1)
    if button.get("url") is not None:
        yield from link(button["url"], join(path, "url"), 512)


def callback(body: dict[str, Any], *, silent: bool = True) -> Problems:
    """Check an answer to an interaction."""
    kind = body.get("type")
    yield from keys(body, "", {"type", "data"})
    data = body.get("data")
    if kind not in (4, 5, 6, 7, 8, 9):
        yield Problem("type", "BASE_TYPE_CHOICES", "Value must be one of {4, 5, 6, 7, 8, 9}.")
    elif kind in (4, 7):
        if not isinstance(data, dict):
            yield Problem("data", "BASE_TYPE_REQUIRED", "This field is required")
        else:
            yield from message(data, "data", MESSAGE_KEYS, silent=silent)
    elif kind in (5, 6):
        yield from message(data or {}, "data", {"flags"})
    elif kind == 8:
        yield from choices((data or {}).get("choices"), "data.choices")
    else:
        yield from modal(data or {}, "data")


def choices(value: Any, path: str) -> Problems:
    """Check what autocomplete offers, or the choices of an option."""
    if not isinstance(value, list) or len(value) > 25:
        yield Problem(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        return
    names = [choice.get("name") for choice in value]
    for number, choice in enumerate(value):
        place = join(path, number)
        yield from keys(choice, place, {"name", "name_localizations", "value"})
        yield from text(choice.get("name"), join(place, "name"), 100, 1)
        if isinstance(choice.get("value"), str):
            yield from text(choice["value"], join(place, "value"), 100, 1)
        elif not isinstance(choice.get("value"), int | float):
            yield Problem(join(place, "value"), "BASE_TYPE_REQUIRED", "This field is required")
        if names.count(choice.get("name")) > 1:
            yield Problem(join(place, "name"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATE", "Twice.")


def modal(data: dict[str, Any], path: str) -> Problems:
    """Check a modal and its inputs, in rows or in labels."""
    yield from keys(data, path, {"custom_id", "title", "components"})
    yield from text(data.get("custom_id"), join(path, "custom_id"), CUSTOM_ID, 1)
    yield from text(data.get("title"), join(path, "title"), 45, 1)
    parts = data.get("components")
    if not isinstance(parts, list) or not 1 <= len(parts) <= 5:
        yield Problem(join(path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
        return
    seen = set()
    for number, part in enumerate(parts):
        place = join(join(path, "components"), number)
        if part.get("type") == 1 and len(part.get("components") or ()) == 1:
            inner, place = part["components"][0], join(place, "components.0")
            yield from text(inner.get("label"), join(place, "label"), 45, 1)
        elif part.get("type") == 18 and isinstance(part.get("component"), dict):
            yield from text(part.get("label"), join(place, "label"), 45, 1)
            if part.get("description") is not None:
                yield from text(part["description"], join(place, "description"), 100)
            inner, place = part["component"], join(place, "component")
        elif part.get("type") == 10:
            yield from text(part.get("content"), join(place, "content"), 4000, 1)
            continue
        else:
            yield Problem(join(place, "type"), "UNION_TYPE_CHOICES", "Not for a modal.")
            continue
        yield from _input(inner, place)
        if inner.get("custom_id") in seen:
            yield Problem(join(place, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Twice.")
        seen.add(inner.get("custom_id"))


def _input(part: dict[str, Any], path: str) -> Problems:
    if part.get("type") != 4:
        yield Problem(join(path, "type"), "UNION_TYPE_CHOICES", "Only text inputs are known here.")
        return
    known = {
        "type",
        "id",
        "custom_id",
        "style",
        "label",
        "min_length",
        "max_length",
        "required",
        "value",
        "placeholder",
    }
    yield from keys(part, path, known)
    yield from text(part.get("custom_id"), join(path, "custom_id"), CUSTOM_ID, 1)
    if part.get("style") not in (1, 2):
        yield Problem(join(path, "style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    least, most = part.get("min_length"), part.get("max_length")
    if least is not None and not 0 <= least <= 4000:
        yield Problem(join(path, "min_length"), "NUMBER_TYPE_MAX", "Must be 0 to 4000.")
    if most is not None and not max(1, least or 0) <= most <= 4000:
        yield Problem(join(path, "max_length"), "NUMBER_TYPE_MAX", "Must be 1 to 4000, and the most.")
    if part.get("placeholder") is not None:
        yield from text(part["placeholder"], join(path, "placeholder"), 100)
    if part.get("value") is not None:
        yield from text(part["value"], join(path, "value"), most or 4000, least or 0)
