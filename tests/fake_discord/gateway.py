"""The gateway: sessions that outlive their sockets, heartbeats, resuming, and the codes it closes with."""

import asyncio
import contextlib
import json
import secrets
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.fake_discord.messages import MESSAGE_CONTENT_INTENT

if TYPE_CHECKING:
    from tests.fake_discord.server import FakeDiscord

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 3, 6, 7, 9, 10, 11
OPCODES = {HEARTBEAT, IDENTIFY, PRESENCE, 4, RESUME, 8, 31, 43}
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT_INTENT
ALL_INTENTS = (1 << 17) - 1 | 0b11 << 20 | 0b11 << 24
REPLAYED = 1_000
"""Events kept for a session that comes back."""


@dataclass
class Session:
    """What a client identified for; its events are kept for when it comes back."""

    shard: tuple[int, int]
    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    events: deque[tuple[int, str, Callable[[], None] | None]] = field(
        default_factory=lambda: deque(maxlen=REPLAYED)
    )
    connection: "Connection | None" = None

    def holds(self, guild_id: int | None) -> bool:
        """Return whether a server is this shard's; what belongs to none is the first shard's."""
        return ((guild_id or 0) >> 22) % self.shard[1] == self.shard[0]

    def dispatch(
        self, event: str, data: Any, sent: Callable[[], None] | None = None, copies: int = 1
    ) -> None:
        """Number an event, keep it, and send it if somebody listens."""
        self.sequence += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": self.sequence, "d": data})
        self.events.append((self.sequence, text, sent))
        if self.connection is not None:
            for _ in range(copies):
                self.connection.outgoing.put_nowait((text, sent))


class Connection:
    """One socket."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.request = request
        self.outgoing: asyncio.Queue[tuple[str, Callable[[], None] | None]] = asyncio.Queue()
        self.session: Session | None = None
        self.deflate = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self.beat = time.monotonic()
        self.received: deque[float] = deque(maxlen=120)

    def put(self, op: int, data: Any = None) -> None:
        """Send what is no event."""
        self.outgoing.put_nowait((json.dumps({"op": op, "d": data, "s": None, "t": None}), None))

    async def write(self) -> None:
        """Send what waits, in order, for as long as the socket is there."""
        while True:
            text, sent = await self.outgoing.get()
            if self.socket.closed:
                return
            with contextlib.suppress(ConnectionError):
                if self.deflate is None:
                    await self.socket.send_str(text)
                else:
                    data = self.deflate.compress(text.encode()) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(data)
                if sent is not None:
                    sent()

    def cut(self) -> None:
        """Let the socket go as a network does: without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()


class Gateway:
    """All sessions and sockets."""

    def __init__(self, discord: "FakeDiscord") -> None:
        self._discord = discord
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.identified: list[tuple[int, int]] = []
        """The shards of all IDENTIFYs so far."""
        self.resumed = 0
        self.heartbeats = 0
        self.closed_with: list[int] = []
        """Codes that the gateway closed sockets with."""
        self.heartbeat_interval = 41.25
        self.privileged = 0
        """Privileged intents that the application was granted."""
        self.sharding_required = 1
        """Shards that the bot needs at least."""
        self.refuse_with: int | None = None
        """A code that every IDENTIFY is answered with, or None."""
        self.next_copies = 1
        self.door = asyncio.Event()
        """While it is not set, whoever connects is kept waiting."""
        self.door.set()

    @property
    def connected(self) -> int:
        """How many sessions have a socket."""
        return sum(session.connection is not None for session in self.sessions.values())

    def dispatch(
        self,
        event: str,
        data: dict[str, Any],
        guild_id: int | None,
        intents: int = 0,
        sent: Callable[[], None] | None = None,
    ) -> None:
        """Send an event to every session of its shard that asked for it."""
        copies, self.next_copies = self.next_copies, 1
        for session in self.sessions.values():
            if session.holds(guild_id) and (not intents or session.intents & intents):
                session.dispatch(event, data, sent, copies)

    def drop(self, code: int | None = None) -> None:
        """Close every socket with `code`, or cut it."""
        for connection in list(self.connections):
            if connection.session is not None:
                connection.session.connection = None
            if code is None:
                connection.cut()
            else:
                self._discord.spawn(connection.socket.close(code=code))

    def reconnect(self) -> None:
        """Ask every client to come back."""
        for connection in self.connections:
            connection.put(RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """End every session, or only its socket where it is `resumable`."""
        for session in list(self.sessions.values()):
            if session.connection is not None:
                session.connection.put(INVALID, resumable)
            if not resumable:
                del self.sessions[session.id]

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one socket."""
        socket = web.WebSocketResponse(max_msg_size=4096)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self.connections.add(connection)
        tasks = [self._discord.spawn(connection.write()), self._discord.spawn(self._watch(connection))]
        try:
            if request.query.get("v") != "10" or request.query.get("encoding") != "json":
                await self._close(connection, 4012)
                return socket
            await self.door.wait()
            connection.put(HELLO, {"heartbeat_interval": int(self.heartbeat_interval * 1000)})
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    await self._close(connection, 4002)
                    break
                await self._take(connection, message.data)
        finally:
            self.connections.discard(connection)
            for task in tasks:
                task.cancel()
            session = connection.session
            if session is not None and session.connection is connection:
                session.connection = None
                if socket.close_code in (1000, 1001):  # the client is done: its session ends with it
                    self.sessions.pop(session.id, None)
        return socket

    async def _watch(self, connection: Connection) -> None:
        while time.monotonic() - connection.beat < 2 * self.heartbeat_interval:
            await asyncio.sleep(self.heartbeat_interval / 2)
        await self._close(connection, 4009)

    async def _close(self, connection: Connection, code: int) -> None:
        self.closed_with.append(code)
        await connection.socket.close(code=code)

    async def _take(self, connection: Connection, text: str) -> None:
        try:
            message = json.loads(text)
            op, data = message["op"], message.get("d")
        except (ValueError, KeyError, TypeError):
            return await self._close(connection, 4002)
        now = time.monotonic()
        connection.received.append(now)
        if len(connection.received) == 120 and now - connection.received[0] < 60:
            return await self._close(connection, 4008)
        if op not in OPCODES:
            return await self._close(connection, 4001)
        if op == HEARTBEAT:
            connection.beat = now
            self.heartbeats += 1
            connection.put(ACK)
            self._discord.changed()
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif connection.session is None:
            await self._close(connection, 4003)
        return None

    def _refusal(self, data: dict[str, Any]) -> int | None:
        shard, intents = data.get("shard"), data.get("intents")
        if self.refuse_with is not None:
            return self.refuse_with
        if data.get("token") != self._discord.token:
            return 4004
        if not {"os", "browser", "device"} <= set(data.get("properties") or ()):
            return 4002
        if shard is not None and not (
            isinstance(shard, list)
            and len(shard) == 2
            and all(isinstance(number, int) for number in shard)
            and 0 <= shard[0] < shard[1]
        ):
            return 4010
        if (shard or [0, 1])[1] < self.sharding_required:
            return 4011
        if not isinstance(intents, int) or intents < 0 or intents & ~ALL_INTENTS:
            return 4013
        return 4014 if intents & PRIVILEGED & ~self.privileged else None

    async def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        if connection.session is not None:
            return await self._close(connection, 4005)
        if code := self._refusal(data):
            return await self._close(connection, code)
        shard = tuple(data.get("shard") or (0, 1))
        session = Session((shard[0], shard[1]), data["intents"])
        self.sessions[session.id] = session
        session.connection, connection.session = connection, session
        self.identified.append(session.shard)
        world = self._discord.world
        guilds = [guild for guild in world.guilds.values() if session.holds(guild.id)]
        ready = {
            "v": 10,
            "user": {**world.bot.payload(), "verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._discord.gateway_url,
            "session_type": "normal",
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "user_settings": {},
            "shard": list(session.shard),
            "application": {"id": str(world.application_id), "flags": 0},
        }
        session.dispatch("READY", ready)
        for guild in guilds:
            session.dispatch("GUILD_CREATE", guild.payload())
        self._discord.changed()
        return None

    async def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        if data.get("token") != self._discord.token:
            return await self._close(connection, 4004)
        session = self.sessions.get(data.get("session_id") or "")
        sequence = data.get("seq")
        if session is None:
            connection.put(INVALID, False)
            return None
        if not isinstance(sequence, int) or sequence > session.sequence:
            return await self._close(connection, 4007)
        if session.connection is not None:  # the old socket had not been noticed to be gone
            session.connection.session = None
            await session.connection.socket.close(code=4000)
        session.connection, connection.session = connection, session
        for number, text, sent in session.events:
            if number > sequence:
                connection.outgoing.put_nowait((text, sent))
        self.resumed += 1
        session.dispatch("RESUMED", {})
        self._discord.changed()
        return None

    async def close(self) -> None:
        """Close every socket, as a server that goes away does."""
        await asyncio.gather(*(connection.socket.close(code=1001) for connection in list(self.connections)))
