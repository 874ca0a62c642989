"""Chats exported from Discord as JSON by DiscordChatExporter: one block a message, and one an embed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from index.articles.chat_logs import message_lead, with_questions
from index.articles.chat_markup import shown_runs
from index.articles.document import Document, DocumentBuilder, Run
from index.articles.front_matter import make_description
from index.errors import UnreadableFileError
from index.records import BlockKind

# Types of messages that somebody wrote, or that answer a command; DiscordChatExporter names some by number
_SAID = frozenset(("Default", "Reply", "ChatInputCommand", "20", "ContextMenuCommand", "23"))


def read_discord_json(content: bytes) -> Document:
    """Return the document in a JSON file of DiscordChatExporter.

    Raises UnreadableFileError for other JSON.
    """
    try:
        export: Any = json.loads(content)
        channel: Any = export["channel"]
        title = f"{export['guild']['name']} › {channel['name']}"
        messages = [
            (message, message["author"]["name"], message["content"]) for message in export["messages"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableFileError("is no chat export of DiscordChatExporter") from None
    builder = DocumentBuilder()
    builder.add(BlockKind.PARAGRAPH, shown_runs(_text(channel, "topic")))
    for message, name, content in messages:
        _add_message(builder, message, str(message["author"].get("nickname") or name), str(content))
    document = builder.document(make_description({"title": title}))
    return replace(document, blocks=tuple(with_questions(document.text, document.blocks)))


def _add_message(builder: DocumentBuilder, message: Mapping[str, Any], name: str, said: str) -> None:
    lead = message_lead(name, str(message.get("timestamp") or "")[:16].replace("T", " "))
    parts = [list(shown_runs(said)), *map(list, map(_embed, _list(message, "embeds")))]
    parts = [runs for runs in parts if "".join(run.text for run in runs).strip()]
    kind = BlockKind.MESSAGE if message.get("type", "Default") in _SAID and parts else BlockKind.CONTENTS
    for number, runs in enumerate(parts or [[]]):
        builder.add(kind, runs if number else [Run(f"{name}: "), *runs], lead=lead)


def _embed(embed: Any) -> Iterator[Run]:
    """Yield the lines of an embed, as bots and previews of links have them."""
    texts = [_text(embed, "title"), _text(embed, "description")]
    for field in _list(embed, "fields"):
        texts.append(": ".join(filter(None, (_text(field, "name"), _text(field, "value")))))
    footer = embed.get("footer") if isinstance(embed, Mapping) else None
    for text in filter(None, (*texts, _text(footer, "text"))):
        yield from shown_runs(text)
        yield Run("\n")


def _text(values: Any, name: str) -> str:
    """Return a value of an object, "" if there is no such text."""
    text = values.get(name) if isinstance(values, Mapping) else None
    return text if isinstance(text, str) else ""


def _list(values: Any, name: str) -> list[Any]:
    found = values.get(name) if isinstance(values, Mapping) else None
    return found if isinstance(found, list) else []
