"""Who and what there is: people, servers, channels, threads, and what the bot may do where."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fake_discord.clock import Snowflakes, timestamp

if TYPE_CHECKING:
    from tests.fake_discord.messages import Message

PERMISSIONS = {
    "administrator": 1 << 3,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "add_reactions": 1 << 6,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "use_external_emojis": 1 << 18,
    "use_application_commands": 1 << 31,
    "manage_threads": 1 << 34,
    "create_public_threads": 1 << 35,
    "create_private_threads": 1 << 36,
    "send_messages_in_threads": 1 << 38,
}
ALL = sum(PERMISSIONS.values())
ORDINARY = ALL & ~sum(
    PERMISSIONS[name]
    for name in ("administrator", "manage_channels", "manage_guild", "manage_messages", "manage_threads")
)
TEXT, DM, PUBLIC_THREAD = 0, 1, 11
GUILDS_INTENT = 1 << 0

Announce = Callable[[str, dict[str, Any], "Guild | None", int], None]
"""Called with an event's name, its data, its server, and the intents of which a session needs one."""


class User:
    """A person or the bot."""

    def __init__(self, id_: int, name: str, *, bot: bool = False) -> None:
        self.id = id_
        self.name = name
        self.bot = bot
        self.closed = False
        """Takes no direct messages."""

    @property
    def mention(self) -> str:
        """What a message holds where it mentions the user."""
        return f"<@{self.id}>"

    def payload(self) -> dict[str, Any]:
        """Return the user as Discord describes one."""
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": None if self.bot else self.name.title(),
            "avatar": None,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
            **({"bot": True} if self.bot else {}),
        }


class Channel:
    """A text channel, a thread or a direct conversation."""

    def __init__(self, world: "World", id_: int, name: str, kind: int, guild: "Guild | None") -> None:
        self.world = world
        self.id = id_
        self.name = name
        self.kind = kind
        self.guild = guild
        self.recipients: list[User] = []
        self.foreign = False
        """The bot is not here; people who installed it for themselves can still use its commands."""
        self.parent: Channel | None = None
        self.owner: User | None = None
        self.messages: dict[int, Message] = {}
        self.allowed = 0
        self.denied = 0

    def deny(self, *permissions: str) -> None:
        """Take permissions from the bot here, named as discord.py names them."""
        bits = sum(PERMISSIONS[name] for name in permissions)
        self.denied, self.allowed = self.denied | bits, self.allowed & ~bits
        self._say_so()

    def allow(self, *permissions: str) -> None:
        """Give permissions to the bot here."""
        bits = sum(PERMISSIONS[name] for name in permissions)
        self.denied, self.allowed = self.denied & ~bits, self.allowed | bits
        self._say_so()

    def _say_so(self) -> None:
        self.world.announce("CHANNEL_UPDATE", self.payload(), self.guild, GUILDS_INTENT)

    @property
    def bot_permissions(self) -> int:
        """What the bot may do here, as bits; threads go by their channel."""
        if self.parent is not None:
            return self.parent.bot_permissions
        if self.foreign:
            return 0
        if self.guild is None:
            return ALL & ~PERMISSIONS["administrator"]
        bits = self.guild.everyone | self.guild.bot_role
        if bits & PERMISSIONS["administrator"]:
            return ALL
        bits = bits & ~self.denied | self.allowed
        if not bits & PERMISSIONS["view_channel"]:
            return 0
        if not bits & PERMISSIONS["send_messages"]:  # what needs sending goes with it
            bits &= ~(PERMISSIONS["embed_links"] | PERMISSIONS["attach_files"])
        return bits

    @property
    def app_permissions(self) -> int:
        """What interactions say that the application may do here; outside of servers a fixed few things."""
        if self.guild is not None and not self.foreign:
            return self.bot_permissions
        names = ["attach_files", "embed_links", "mention_everyone"]
        names += [] if self.foreign else ["use_external_emojis"]
        return sum(PERMISSIONS[name] for name in names)

    def lets_bot(self, permission: str) -> bool:
        """Return whether the bot has a permission here."""
        return bool(self.bot_permissions & PERMISSIONS[permission])

    def add_thread(self, name: str, message: "Message | None" = None, owner: User | None = None) -> "Channel":
        """Open a public thread, on a message where one is given: then they share their id."""
        thread = self.world.new_channel(
            message.id if message else self.world.ids.next(), name, PUBLIC_THREAD, self.guild
        )
        thread.parent = self
        thread.owner = owner or self.world.user
        if message is not None:
            message.thread = thread
        data = {**thread.payload(), "newly_created": True}
        self.world.announce("THREAD_CREATE", data, self.guild, GUILDS_INTENT)
        return thread

    def payload(self) -> dict[str, Any]:
        """Return the channel as Discord describes one."""
        common = {
            "id": str(self.id),
            "type": self.kind,
            "flags": 0,
            "last_message_id": str(max(self.messages)) if self.messages else None,
        }
        if self.guild is None:
            return {**common, "recipients": [user.payload() for user in self.recipients]}
        common |= {"guild_id": str(self.guild.id), "name": self.name, "rate_limit_per_user": 0}
        if self.parent is not None:
            assert self.owner is not None
            return {
                **common,
                "parent_id": str(self.parent.id),
                "owner_id": str(self.owner.id),
                "message_count": len(self.messages),
                "member_count": 1,
                "total_message_sent": len(self.messages),
                "thread_metadata": {
                    "archived": False,
                    "archive_timestamp": timestamp(),
                    "auto_archive_duration": 4320,
                    "locked": False,
                    "create_timestamp": timestamp(),
                },
            }
        return {
            **common,
            "parent_id": None,
            "position": 0,
            "topic": None,
            "nsfw": False,
            "permission_overwrites": [
                {
                    "id": str(self.world.bot.id),
                    "type": 1,
                    "allow": str(self.allowed),
                    "deny": str(self.denied),
                }
            ]
            if self.allowed or self.denied
            else [],
        }


class Guild:
    """A server."""

    def __init__(self, world: "World", id_: int, name: str, everyone: int, bot_role: int) -> None:
        self.world = world
        self.id = id_
        self.name = name
        self.everyone = everyone
        """Permissions of everyone, the bot among them."""
        self.bot_role = bot_role
        """Permissions of the role that came with the bot's invitation."""
        self.bot_role_id = world.ids.next()
        self.joined = timestamp()
        self.roles: dict[int, str] = {}
        """Names of further roles, none of which has permissions."""
        self.roles_of: dict[int, list[int]] = {}
        self.granted: dict[int, int] = {}
        """Permissions of people beside those of everyone, by their id."""
        self.channels: list[Channel] = []

    def add_channel(self, name: str) -> Channel:
        """Open a text channel."""
        channel = self.world.new_channel(self.world.ids.next(), name, TEXT, self)
        self.channels.append(channel)
        self.world.announce("CHANNEL_CREATE", channel.payload(), self, GUILDS_INTENT)
        return channel

    def grant(self, user: User, *permissions: str) -> None:
        """Give permissions to a person, named as discord.py names them."""
        bits = sum(PERMISSIONS[name] for name in permissions)
        self.granted[user.id] = self.granted.get(user.id, 0) | bits

    def permissions_of(self, user: User) -> int:
        """What a person may do here, as bits."""
        return self.everyone | self.granted.get(user.id, 0)

    def add_role(self, name: str, *users: User) -> int:
        """Make a role that these people have, and return its id."""
        role = self.world.ids.next()
        self.roles[role] = name
        for user in users:
            self.roles_of.setdefault(user.id, []).append(role)
        data = {"guild_id": str(self.id), "role": self._role(role, name, 0, {})}
        self.world.announce("GUILD_ROLE_CREATE", data, self, GUILDS_INTENT)
        return role

    def member(self, user: User) -> dict[str, Any]:
        """Return a user as the server's member."""
        return {
            "user": user.payload(),
            "nick": None,
            "avatar": None,
            "banner": None,
            "roles": [
                *([str(self.bot_role_id)] if user.bot else []),
                *map(str, self.roles_of.get(user.id, ())),
            ],
            "joined_at": self.joined,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None,
        }

    def _role(self, id_: int, name: str, permissions: int, tags: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": str(id_),
            "name": name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": 1 if tags else 0,
            "permissions": str(permissions),
            "managed": bool(tags),
            "mentionable": False,
            "flags": 0,
            **({"tags": tags} if tags else {}),
        }

    def payload(self) -> dict[str, Any]:
        """Return the server as GUILD_CREATE brings it."""
        bot = self.world.bot
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "owner_id": str(self.world.user.id),
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "roles": [
                self._role(self.id, "@everyone", self.everyone, {}),
                self._role(self.bot_role_id, bot.name, self.bot_role, {"bot_id": str(bot.id)}),
                *(self._role(role, name, 0, {}) for role, name in self.roles.items()),
            ],
            "emojis": [],
            "stickers": [],
            "features": [],
            "mfa_level": 0,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "vanity_url_code": None,
            "description": None,
            "banner": None,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "preferred_locale": "en-US",
            "public_updates_channel_id": None,
            "nsfw_level": 0,
            "premium_progress_bar_enabled": False,
            "joined_at": self.joined,
            "large": False,
            "unavailable": False,
            "member_count": 2,
            "voice_states": [],
            "members": [self.member(bot)],  # without the members intent, only the bot itself
            "channels": [channel.payload() for channel in self.channels],
            "threads": [
                channel.payload()
                for channel in self.world.channels.values()
                if channel.guild is self and channel.parent is not None
            ],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


class World:
    """All that there is on this Discord; `announce` brings changes to the sessions that may see them."""

    def __init__(self, announce: Announce) -> None:
        self.announce = announce
        self.ids = Snowflakes()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.bot = self.add_user("Footnote", bot=True)
        self.user = self.add_user("ada")
        self.guild = self.add_guild("Reading Room")
        self.channel = self.guild.channels[0]

    @property
    def application_id(self) -> int:
        """The application's id, which is the bot's too."""
        return self.bot.id

    def add_user(self, name: str, *, bot: bool = False) -> User:
        """Add a person."""
        user = User(self.ids.next(), name, bot=bot)
        self.users[user.id] = user
        return user

    def add_foreign_guild(self, name: str) -> Guild:
        """Add a server with one channel, `#general`, that the bot is no member of."""
        guild = Guild(self, self.ids.next_guild(), name, ORDINARY, 0)
        guild.channels.append(self.new_channel(self.ids.next(), "general", TEXT, guild))
        guild.channels[0].foreign = True
        return guild

    def private_channel(self, *users: User) -> Channel:
        """Return a new conversation of people, without the bot."""
        channel = self.new_channel(self.ids.next(), users[0].name, DM, None)
        channel.recipients += users
        channel.foreign = True
        return channel

    def add_guild(self, name: str, *, everyone: int = ORDINARY, bot_role: int = 0) -> Guild:
        """Add a server with one channel, `#general`, that the bot is a member of."""
        guild = Guild(self, self.ids.next_guild(), name, everyone, bot_role)
        guild.channels.append(self.new_channel(self.ids.next(), "general", TEXT, guild))
        self.guilds[guild.id] = guild
        self.announce("GUILD_CREATE", guild.payload(), guild, GUILDS_INTENT)
        return guild

    def dm(self, user: User) -> Channel:
        """Return the conversation of a person with the bot; there is one."""
        for channel in self.channels.values():
            if channel.kind == DM and user in channel.recipients and not channel.foreign:
                return channel
        channel = self.new_channel(self.ids.next(), user.name, DM, None)
        channel.recipients.append(user)
        return channel

    def new_channel(self, id_: int, name: str, kind: int, guild: Guild | None) -> Channel:
        """Make a channel and nothing else."""
        channel = Channel(self, id_, name, kind, guild)
        self.channels[id_] = channel
        return channel

    def message(self, id_: int) -> "Message | None":
        """Find a message anywhere."""
        return next(
            (channel.messages[id_] for channel in self.channels.values() if id_ in channel.messages), None
        )
