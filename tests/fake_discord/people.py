"""What people do on this Discord: say, invoke, click, fill in."""

from typing import TYPE_CHECKING, Any

from tests.fake_discord.clock import TIMEOUT
from tests.fake_discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction, context
from tests.fake_discord.messages import DEFAULT, REPLY, Message
from tests.fake_discord.world import Channel, User

if TYPE_CHECKING:
    from tests.fake_discord.server import FakeDiscord

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
STRING, INTEGER, BOOLEAN, ATTACHMENT = 3, 4, 5, 11
PYTHON = {STRING: str, INTEGER: int, BOOLEAN: bool, ATTACHMENT: dict}


class NotPossibleError(Exception):
    """A person cannot do this: Discord's own client would not let them."""


def find_command(
    discord: "FakeDiscord", channel: Channel, name: str, kind: int, user: User | None = None
) -> dict[str, Any]:
    """Return the registered command of a name, the server's before everyone's. Raises NotPossibleError."""
    places = [channel.guild.id, None] if channel.guild else [None]
    for place in places:
        for command in discord.commands.get(place, []):
            if command["name"] == name and command["type"] == kind:
                contexts = command.get("contexts")
                installed = command.get("integration_types", [0])
                if (contexts is not None and context(channel) not in contexts) or (
                    channel.foreign and 1 not in installed
                ):
                    raise NotPossibleError(
                        f"{name!r} is not offered in {channel.name!r}: contexts {contexts}, {installed}"
                    )
                needed = int(command.get("default_member_permissions") or 0)
                if user and channel.guild and needed & ~channel.guild.permissions_of(user):
                    raise NotPossibleError(f"{name!r} is not shown to {user.name}")
                return dict(command)
    known = [command["name"] for place in places for command in discord.commands.get(place, [])]
    raise NotPossibleError(f"no command {name!r} is registered; registered: {known}")


def option_values(command: dict[str, Any], given: dict[str, Any]) -> list[dict[str, Any]]:
    """Return options as an interaction carries them, checked as Discord's client checks them."""
    known = {option["name"]: option for option in command.get("options", ())}
    if unknown := given.keys() - known.keys():
        raise NotPossibleError(f"{command['name']!r} has no option {sorted(unknown)}")
    for name, option in known.items():
        if option.get("required") and given.get(name) is None:
            raise NotPossibleError(f"{command['name']!r} needs its option {name!r}")
    values = []
    for name, value in given.items():
        option = known[name]
        if value is None:
            continue
        if type(value) is not PYTHON.get(option["type"]):
            raise NotPossibleError(f"option {name!r} takes a {option['type']}, not {value!r}")
        if isinstance(value, str):
            length = len(value)
            if not option.get("min_length", 0) <= length <= option.get("max_length", 6000):
                raise NotPossibleError(f"option {name!r} does not take {length} characters")
        allowed = [choice["value"] for choice in option.get("choices", ())]
        if allowed and value not in allowed:
            raise NotPossibleError(f"option {name!r} is one of {allowed}")
        value = value["id"] if option["type"] == ATTACHMENT else value
        values.append({"name": name, "type": option["type"], "value": value})
    return values


def subcommand(command: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a command of a group by its name, or the command itself without one."""
    return next(each for each in command["options"] if each["name"] == name) if name else command


def nested(name: str, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return options as an interaction carries them for a command of a group, or for one without a group."""
    return [{"name": name, "type": 1, "options": options}] if name else options


class People:
    """What a test has people do; each returns when the bot can know of it, not when it has answered."""

    async def _deliver(self: "FakeDiscord", interaction: Interaction) -> Interaction:  # type: ignore[misc]
        self.interactions[interaction.token] = interaction
        guild = interaction.channel.guild
        self.gateway.dispatch(
            "INTERACTION_CREATE",
            interaction.payload(),
            guild.id if guild else None,
            sent=interaction.delivered,
        )
        return interaction

    async def slash(  # type: ignore[misc]
        self: "FakeDiscord",
        user: User,
        channel: Channel,
        command_name: str,
        /,
        *,
        forged: bool = False,
        **options: Any,
    ) -> Interaction:
        """Invoke a slash command, "group command" for one of a group; `forged`: one that is not shown."""
        group, _, name = command_name.partition(" ")
        command = find_command(self, channel, group, CHAT_INPUT, None if forged else user)
        attached = {each["id"]: each for each in options.values() if isinstance(each, dict)}
        data = {
            **({"resolved": {"attachments": attached}} if attached else {}),
            "id": command["id"],
            "name": command["name"],
            "type": CHAT_INPUT,
            "options": nested(name, option_values(subcommand(command, name), options)),
        }
        return await self._deliver(Interaction(self, COMMAND, user, channel, data))

    async def autocomplete(  # type: ignore[misc]
        self: "FakeDiscord",
        user: User,
        channel: Channel,
        command_name: str,
        option_name: str,
        typed: str,
        timeout: float = TIMEOUT,
    ) -> list[dict[str, Any]]:
        """Type into an option and return what is offered: a list of `{"name", "value"}`."""
        group, _, name = command_name.partition(" ")
        command = find_command(self, channel, group, CHAT_INPUT)
        options = subcommand(command, name).get("options", ())
        option = next((o for o in options if o["name"] == option_name), None)
        if option is None or not option.get("autocomplete"):
            raise NotPossibleError(f"{option_name!r} offers nothing")
        focused = {"name": option_name, "type": option["type"], "value": typed, "focused": True}
        data = {"id": command["id"], "name": command["name"], "type": CHAT_INPUT}
        data["options"] = nested(name, [focused])
        interaction = await self._deliver(Interaction(self, AUTOCOMPLETE, user, channel, data))
        await interaction.done(timeout)
        return interaction.choices or []

    async def menu(self: "FakeDiscord", user: User, message: Message, name: str) -> Interaction:  # type: ignore[misc]
        """Choose a command from a message's menu."""
        command = find_command(self, message.channel, name, MESSAGE_MENU)
        data = {
            "id": command["id"],
            "name": name,
            "type": MESSAGE_MENU,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): message.payload(whole=True)}},
        }
        return await self._deliver(Interaction(self, COMMAND, user, message.channel, data, menu=True))

    async def click(  # type: ignore[misc]
        self: "FakeDiscord", user: User, message: Message, what: str, *, forged: bool = False
    ) -> Interaction:
        """Click a button by its label or custom_id; `forged`: send a custom_id that no button has."""
        button: dict[str, Any] = {"custom_id": what}
        if not forged:
            found = [b for b in message.buttons if what in (b.get("custom_id"), b.get("label"))]
            if len(found) != 1 or message.deleted:
                raise NotPossibleError(
                    f"{len(found)} buttons {what!r} on {message!r}, deleted: {message.deleted}"
                )
            button = found[0]
            if button.get("disabled") or "custom_id" not in button:
                raise NotPossibleError(f"{what!r} cannot be clicked: {button}")
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": button.get("id", 2)}
        interaction = Interaction(self, COMPONENT, user, message.channel, data, source=message)
        return await self._deliver(interaction)

    async def submit(  # type: ignore[misc]
        self: "FakeDiscord", user: User, opened: Interaction, /, **values: str
    ) -> Interaction:
        """Fill in the modal that an interaction opened; values by the custom_id or label of their inputs."""
        if opened.modal is None or opened.user is not user:
            raise NotPossibleError(f"{opened!r} opened no modal for {user.name}")
        filled = [_fill(part, values) for part in opened.modal["components"]]
        if values:
            raise NotPossibleError(f"the modal has no input {sorted(values)}")
        data = {"custom_id": opened.modal["custom_id"], "components": filled}
        modal = Interaction(self, MODAL, user, opened.channel, data, source=opened.source)
        return await self._deliver(modal)

    async def say(  # type: ignore[misc]
        self: "FakeDiscord",
        user: User,
        channel: Channel,
        content: str,
        *,
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Write a message; a reply mentions whom it answers unless `ping` is False."""
        if len(content) > 2000 or not content.strip():
            raise NotPossibleError("1 to 2,000 characters")
        message = Message(
            self.world,
            channel,
            user,
            {"content": content},
            kind=REPLY if reply_to else DEFAULT,
            reference=reply_to,
            reply_pings=ping and reply_to is not None,
        )
        message.announce("MESSAGE_CREATE")
        return message

    def answers(self: "FakeDiscord", message: Message) -> list[Message]:  # type: ignore[misc]
        """Return the bot's messages that answer one: replies to it, and what it said later to nobody."""
        return [
            other
            for channel in {message.channel, *([message.thread] if message.thread else [])}
            for other in channel.messages.values()
            if other.author is self.world.bot
            and other.metadata is None
            and (other.reference is message or (other.reference is None and other.id > message.id))
        ]

    async def answer(self: "FakeDiscord", message: Message, timeout: float = TIMEOUT) -> Message:  # type: ignore[misc]
        """Wait for the bot's answer to a message."""
        await self.until(lambda: self.answers(message), timeout, f"an answer to {message!r}")
        return self.answers(message)[0]


def _fill(part: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """Return a part of a modal as its submission carries it; takes what it uses from `values`."""
    label = part.get("label", "")
    if part["type"] == 10:
        return {"type": 10, "id": 1}
    inner = part["components"][0] if part["type"] == 1 else part["component"]
    keys = (inner["custom_id"], label, inner.get("label"))
    value = next((values.pop(key) for key in keys if key in values), inner.get("value") or "")
    if value or inner.get("required", True):
        least = inner.get("min_length") or int(inner.get("required", True))
        if not least <= len(value) <= (inner.get("max_length") or 4000):
            raise NotPossibleError(f"{inner['custom_id']!r} does not take {len(value)} characters")
    filled = {"type": 4, "id": 2, "custom_id": inner["custom_id"], "value": value}
    if part["type"] == 1:
        return {"type": 1, "id": 1, "components": [filled]}
    return {"type": 18, "id": 1, "component": filled}
