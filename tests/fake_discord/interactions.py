"""Interactions: one answer each, within three seconds, and a token that lasts fifteen minutes."""

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Any

from tests.fake_discord.clock import TIMEOUT
from tests.fake_discord.messages import CHAT_INPUT, CONTEXT_MENU, EPHEMERAL, LOADING, REPLY, Message
from tests.fake_discord.problems import DiscordError, Problem
from tests.fake_discord.world import Channel, User

if TYPE_CHECKING:
    from tests.fake_discord.server import FakeDiscord

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, OPEN_MODAL = 4, 5, 6, 7, 8, 9
ACKNOWLEDGE_WITHIN, TOKEN_LASTS = 3.0, 15 * 60.0
ALLOWED = {
    COMMAND: {MESSAGE, DEFERRED, OPEN_MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, OPEN_MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}


class Interaction:
    """What a person did, and what came back."""

    def __init__(
        self,
        discord: "FakeDiscord",
        kind: int,
        user: User,
        channel: Channel,
        data: dict[str, Any],
        *,
        source: Message | None = None,
        menu: bool = False,
    ) -> None:
        self._discord = discord
        self.id = discord.world.ids.next()
        self.token = secrets.token_urlsafe(48)
        self.kind = kind
        self.user = user
        self.channel = channel
        self.data = data
        self.source = source
        """The message that was clicked on."""
        self.menu = menu
        self.created = discord.clock.now()
        self.sent: float | None = None
        """When it first reached a client, or None."""
        self.acknowledged_after: float | None = None
        """Seconds from its delivery to the answer to it, or None."""
        self.answered_after: float | None = None
        """Seconds from its delivery to something to read, or None."""
        self.callback: dict[str, Any] | None = None
        self.message: Message | None = None
        """The response as shown, the clicked message where that was updated."""
        self.followups: list[Message] = []
        self.modal: dict[str, Any] | None = None
        self.choices: list[dict[str, Any]] | None = None
        self.changes = 0
        """How often the person saw something new."""

    @property
    def private(self) -> bool:
        """Whether the response is private."""
        return self.message is not None and self.message.ephemeral

    @property
    def is_done(self) -> bool:
        """Whether the person has seen what came of it."""
        return self.answered_after is not None

    async def done(self, timeout: float = TIMEOUT) -> "Interaction":
        """Wait until there is something to read: a message, a changed one, a modal or choices."""
        await self._discord.until(lambda: self.is_done, timeout, f"an answer to {self!r}")
        return self

    async def acknowledged(self, timeout: float = TIMEOUT) -> "Interaction":
        """Wait until the client has said that it got it."""
        await self._discord.until(lambda: self.callback is not None, timeout, f"an answer to {self!r}")
        return self

    def delivered(self) -> None:
        """Note when it reached a client."""
        if self.sent is None:
            self.sent = time.perf_counter()

    def _since_sent(self) -> float:
        return 0.0 if self.sent is None else time.perf_counter() - self.sent

    def _shown(self) -> None:
        self.changes += 1
        if self.answered_after is None:
            self.answered_after = self._since_sent()
        self._discord.changed()

    @property
    def failed(self) -> bool:
        """Whether the person has read that the application did not respond."""
        return (
            self.callback is None
            and self._discord.clock.now() - self.created > self._discord.acknowledge_within
        )

    def check_token(self) -> None:
        """Refuse what comes before the answer or fifteen minutes after the start."""
        if self._discord.clock.now() - self.created > TOKEN_LASTS:
            raise DiscordError(50027)
        if self.callback is None:
            raise DiscordError(10015)

    def answer(self, body: dict[str, Any]) -> None:
        """Take the one answer."""
        if self.callback is not None:
            raise DiscordError(40060)
        if self.failed:
            raise DiscordError(10062)
        kind, data = body["type"], body.get("data") or {}
        if kind not in ALLOWED[self.kind] or (
            kind in (DEFERRED_UPDATE, UPDATE) and self.source is None  # a modal that no message opened
        ):
            problem = Problem("type", "INTERACTION_TYPE_INVALID", f"{kind} does not answer a {self.kind}")
            raise DiscordError(50035, problems=(problem,))
        self.callback = body
        self.acknowledged_after = self._since_sent()
        if kind in (MESSAGE, DEFERRED):
            loading = LOADING if kind == DEFERRED else 0
            self.message = self._respond(data, loading)
            if not loading:
                self._shown()
        elif kind in (DEFERRED_UPDATE, UPDATE):
            self.message = self.source
            if kind == UPDATE:
                assert self.source is not None
                self.source.edit(data)
                self._shown()
        elif kind == OPEN_MODAL:
            self.modal = data
            self._shown()
        else:
            self.choices = data["choices"]
            self._shown()
        self._discord.changed()

    def _respond(self, body: dict[str, Any], flags: int, reference: Message | None = None) -> Message:
        flags |= (body.get("flags") or 0) & EPHEMERAL
        kind = CONTEXT_MENU if self.menu else CHAT_INPUT if self.kind == COMMAND else REPLY
        reference = reference or self.source
        message = Message(
            self._discord.world,
            self.channel,
            self._discord.world.bot,
            body,
            kind=REPLY if reference else kind,
            flags=flags,
            reference=reference,
            metadata=self._metadata(),
        )
        message.announce("MESSAGE_CREATE")
        return message

    def follow_up(self, body: dict[str, Any]) -> Message:
        """Take a further message; the first one fills what was deferred."""
        self.check_token()
        if self.message is not None and self.message.loading and not self.message.deleted:
            self.message.edit(body)
            self._shown()
            return self.message
        message = self._respond(body, 0, self.message)
        self.followups.append(message)
        self._shown()
        return message

    def find(self, which: str) -> Message:
        """Return the response (`@original`) or a follow-up. Raises DiscordError."""
        self.check_token()
        if which == "@original":
            if self.message is None or self.message.deleted:
                raise DiscordError(10008)
            return self.message
        for message in [*self.followups, *([self.message] if self.message else [])]:
            if str(message.id) == which and not message.deleted:
                return message
        raise DiscordError(10008)

    def edit(self, which: str, body: dict[str, Any]) -> Message:
        """Change the response or a follow-up."""
        message = self.find(which)
        message.edit(body)
        self._shown()
        return message

    def delete(self, which: str) -> None:
        """Take away the response or a follow-up."""
        message = self.find(which)
        message.delete()
        self._discord.changed()

    def _owners(self) -> dict[str, str]:
        if self.channel.foreign:
            return {"1": str(self.user.id)}
        return {"0": str(self.channel.guild.id if self.channel.guild else 0)}

    def _metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "id": str(self.id),
            "type": self.kind,
            "user": self.user.payload(),
            "authorizing_integration_owners": self._owners(),
        }
        if self.kind == COMPONENT and self.source is not None:
            metadata["interacted_message_id"] = str(self.source.id)
        if self.kind == MODAL:
            metadata["triggering_interaction_metadata"] = {
                **metadata,
                "type": COMPONENT if self.source else COMMAND,
            }
            if self.source is not None:
                metadata["triggering_interaction_metadata"]["interacted_message_id"] = str(self.source.id)
        return metadata

    def payload(self) -> dict[str, Any]:
        """Return the interaction as INTERACTION_CREATE brings it."""
        world, guild = self._discord.world, self.channel.guild
        permissions = self.channel.app_permissions
        data: dict[str, Any] = {
            "id": str(self.id),
            "application_id": str(world.application_id),
            "type": self.kind,
            "data": self.data,
            "channel": {**self.channel.payload(), "permissions": str(permissions)},
            "channel_id": str(self.channel.id),
            "token": self.token,
            "version": 1,
            "app_permissions": str(permissions),
            "locale": "en-GB",
            "entitlements": [],
            "authorizing_integration_owners": self._owners(),
            "context": context(self.channel),
            "attachment_size_limit": self._discord.attachment_limit,
        }
        if guild is None:
            data["user"] = self.user.payload()
        else:
            data["guild_id"] = str(guild.id)
            data["guild"] = {"id": str(guild.id), "locale": "en-US", "features": []}
            data["guild_locale"] = "en-US"
            data["member"] = {**guild.member(self.user), "permissions": str(guild.permissions_of(self.user))}
        if self.source is not None:
            data["message"] = self.source.payload(whole=True)
        return data

    def callback_response(self) -> dict[str, Any]:
        """Return what answering with `with_response` returns."""
        assert self.callback is not None
        kind = self.callback["type"]
        interaction: dict[str, Any] = {"id": str(self.id), "type": self.kind}
        if self.message is not None:
            interaction |= {
                "response_message_id": str(self.message.id),
                "response_message_loading": self.message.loading,
                "response_message_ephemeral": self.message.ephemeral,
            }
        answer: dict[str, Any] = {"interaction": interaction}
        if kind in (MESSAGE, UPDATE) and self.message is not None:
            answer["resource"] = {"type": kind, "message": self.message.payload()}
        return answer

    def __repr__(self) -> str:
        what = self.data.get("name") or self.data.get("custom_id")
        return f"<Interaction {self.id} {what!r} of {self.user.name}>"


def context(channel: Channel) -> int:
    """Return where a command is used: in a server, with the bot, or among other people."""
    return 0 if channel.guild else 2 if channel.foreign else 1


async def gather_done(interactions: list[Interaction], timeout: float) -> None:
    """Wait until all are done."""
    await asyncio.gather(*(interaction.done(timeout) for interaction in interactions))
