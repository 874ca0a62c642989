"""Messages as they stand on the server, and what of them the bot gets to see."""

import re
from typing import Any

from tests.fake_discord.clock import timestamp
from tests.fake_discord.world import DM, Channel, User, World

EPHEMERAL, LOADING, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 6, 1 << 7, 1 << 2, 1 << 12
DEFAULT, REPLY, CHAT_INPUT, CONTEXT_MENU = 0, 19, 20, 23
GUILD_MESSAGES_INTENT, DM_MESSAGES_INTENT, MESSAGE_CONTENT_INTENT = 1 << 9, 1 << 12, 1 << 15
_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")


class Message:
    """A message. `embeds` and `components` are as they were sent, shaped as Discord gives them back."""

    def __init__(
        self,
        world: World,
        channel: Channel,
        author: User,
        body: dict[str, Any],
        *,
        kind: int = DEFAULT,
        flags: int = 0,
        reference: "Message | None" = None,
        reply_pings: bool = False,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.world = world
        self.id = world.ids.next()
        self.channel = channel
        self.author = author
        self.kind = kind
        self.flags = flags
        self.reference = reference
        self.reply_pings = reply_pings
        self.metadata = metadata
        self.created = timestamp()
        self.edited: str | None = None
        self.edits = 0
        self.deleted = False
        self.thread: Channel | None = None
        self.nonce: str | int | None = body.get("nonce")
        self.content = ""
        self.embeds: list[dict[str, Any]] = []
        self.components: list[dict[str, Any]] = []
        self.reactions: dict[str, set[int]] = {}
        self._apply(body)
        if not self.ephemeral:
            channel.messages[self.id] = self

    def _apply(self, body: dict[str, Any]) -> None:
        if "content" in body:
            self.content = (body["content"] or "").strip()
        if "embeds" in body:
            self.embeds = [_embed(embed) for embed in body["embeds"] or []]
        if "components" in body:
            self.components = numbered(body["components"] or [])
        if body.get("flags") is not None:
            self.flags = self.flags & ~SUPPRESS_EMBEDS | body["flags"] & (
                SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS
            )

    def edit(self, body: dict[str, Any]) -> None:
        """Change what `body` names; what was loading is there with it."""
        self._apply(body)
        if self.flags & LOADING:
            self.flags &= ~LOADING
        else:
            self.edited = timestamp()
            self.edits += 1
        self.announce("MESSAGE_UPDATE")

    def delete(self) -> None:
        """Take the message away."""
        self.deleted = True
        if self.channel.messages.pop(self.id, None):
            data = {"id": str(self.id), "channel_id": str(self.channel.id)}
            if self.channel.guild:
                data["guild_id"] = str(self.channel.guild.id)
            self.world.announce("MESSAGE_DELETE", data, self.channel.guild, self._intent)

    @property
    def _intent(self) -> int:
        return DM_MESSAGES_INTENT if self.channel.kind == DM else GUILD_MESSAGES_INTENT

    @property
    def ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it says only that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.content or self.embeds or self.components)

    @property
    def embed(self) -> dict[str, Any]:
        """The one embed."""
        (embed,) = self.embeds
        return embed

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """All buttons, in order."""
        return [part for row in self.components for part in row.get("components", ()) if part["type"] == 2]

    @property
    def text(self) -> str:
        """All the text that a person sees, the buttons' included."""
        parts = [self.content]
        for embed in self.embeds:
            author, footer = embed.get("author", {}), embed.get("footer", {})
            parts += [author.get("name", ""), embed.get("title", ""), embed.get("description", "")]
            parts += [field[key] for field in embed.get("fields", ()) for key in ("name", "value")]
            parts.append(footer.get("text", ""))
        parts += [button.get("label", "") for button in self.buttons]
        return "\n".join(filter(None, parts))

    @property
    def mentions(self) -> list[User]:
        """Who is mentioned, the author of the message that this one replies to among them if it pings."""
        ids = [int(id_) for id_ in _MENTION.findall(self.content)]
        users = [self.world.users[id_] for id_ in dict.fromkeys(ids) if id_ in self.world.users]
        if self.reply_pings and self.reference is not None and self.reference.author not in users:
            users.append(self.reference.author)
        return users

    @property
    def hidden(self) -> bool:
        """Whether an application without the message content intent gets no content of it."""
        bot = self.world.bot
        return not (self.author is bot or self.channel.kind == DM or bot in self.mentions)

    def announce(self, event: str) -> None:
        """Tell the sessions that may know of it; nobody but the person hears of an ephemeral message."""
        if self.ephemeral or not self.channel.lets_bot("view_channel"):
            return
        self.world.announce(event, self.event(), self.channel.guild, self._intent)

    def event(self) -> dict[str, Any]:
        """Return the message as an event brings it."""
        data = self.payload()
        if self.channel.guild is not None:
            member = self.channel.guild.member(self.author)
            del member["user"]
            data |= {"guild_id": str(self.channel.guild.id), "member": member}
        return data

    def payload(self, *, whole: bool = False, references: bool = True) -> dict[str, Any]:
        """Return the message as Discord describes one, without its content where the bot may not have it."""
        hidden = self.hidden and not whole
        data: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "type": self.kind,
            "author": self.author.payload(),
            "content": "" if hidden else self.content,
            "embeds": [] if hidden else self.embeds,
            "components": [] if hidden else self.components,
            "attachments": [],
            "mentions": [user.payload() for user in self.mentions],
            "mention_roles": list(dict.fromkeys(_ROLE_MENTION.findall(self.content))),
            "mention_everyone": False,
            "timestamp": self.created,
            "edited_timestamp": self.edited,
            "flags": self.flags,
            "pinned": False,
            "tts": False,
        }
        if self.nonce is not None:
            data["nonce"] = self.nonce
        if self.metadata is not None:
            data |= {"interaction_metadata": self.metadata}
            data |= {
                "application_id": str(self.world.application_id),
                "webhook_id": str(self.world.application_id),
            }
        if self.thread is not None:
            data["thread"] = self.thread.payload()
        if self.reactions:
            data["reactions"] = [
                {
                    "emoji": {"id": None, "name": emoji},
                    "count": len(users),
                    "count_details": {"burst": 0, "normal": len(users)},
                    "burst_colors": [],
                    "me_burst": False,
                    "me": self.world.bot.id in users,
                }
                for emoji, users in self.reactions.items()
            ]
        if self.reference is not None:
            data["message_reference"] = {
                "type": 0,
                "message_id": str(self.reference.id),
                "channel_id": str(self.reference.channel.id),
                **({"guild_id": str(self.channel.guild.id)} if self.channel.guild else {}),
            }
            if references:
                there = None if self.reference.deleted else self.reference.payload(references=False)
                data["referenced_message"] = there
        return data

    def __repr__(self) -> str:
        return f"<Message {self.id} of {self.author.name}: {self.text!r}>"


def _embed(embed: dict[str, Any]) -> dict[str, Any]:
    """Return an embed as Discord gives it back: blanks around texts gone, nothing empty."""
    kept: dict[str, Any] = {"type": "rich"}
    for key, value in embed.items():
        if isinstance(value, str):
            value = value.strip()
        elif isinstance(value, dict):
            value = {k: v.strip() if isinstance(v, str) else v for k, v in value.items() if v is not None}
        elif key == "fields":
            value = [
                {
                    "name": field["name"].strip(),
                    "value": field["value"].strip(),
                    "inline": bool(field.get("inline")),
                }
                for field in value or ()
            ]
        if value not in (None, "", {}, []):
            kept[key] = value
    return {**kept, "type": "rich"}


def numbered(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return components as Discord gives them back: numbered, without what is null."""
    count = 0

    def number(part: dict[str, Any]) -> dict[str, Any]:
        nonlocal count
        count += 1
        kept = {
            **{key: value for key, value in part.items() if value is not None},
            "id": part.get("id") or count,
        }
        if isinstance(kept.get("emoji"), dict):
            kept["emoji"] = {key: value for key, value in kept["emoji"].items() if value not in (None, False)}
        if "components" in kept:
            kept["components"] = [number(child) for child in kept["components"]]
        if isinstance(kept.get("component"), dict):
            kept["component"] = number(kept["component"])
        return kept

    return [number(part) for part in components]
