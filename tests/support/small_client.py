"""A small client of the real discord.py, for tests of the fake Discord itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.discord.account.discord_py_globals import use_api, use_gateway
from tests.fake_discord import FakeDiscord

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class SmallClient(discord.AutoShardedClient):
    """A client with a command tree; `on_click` sets what a click does."""

    def __init__(self, server: FakeDiscord, **options: object) -> None:
        use_api(server.api_base)
        use_gateway(server.gateway_url)
        options = {"intents": INTENTS, "allowed_mentions": discord.AllowedMentions.none(), **options}
        super().__init__(max_messages=None, guild_ready_timeout=0.05, **options)  # type: ignore[arg-type]
        self.tree = app_commands.CommandTree(self)
        self.seen: list[discord.Message] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait the five seconds that Discord wants between sessions."""

    async def on_message(self, message: discord.Message) -> None:
        """Keep what is seen."""
        self.seen.append(message)

    def on_click(self, do: Callable[[discord.Interaction], Awaitable[object]]) -> None:
        """Set what happens on a click or a modal."""

        async def on_interaction(interaction: discord.Interaction) -> None:
            if interaction.type.value in (3, 5):
                await do(interaction)

        self.on_interaction = on_interaction


@contextlib.asynccontextmanager
async def running(
    toy: SmallClient, server: FakeDiscord, *, token: str | None = None, shards: int = 1
) -> AsyncIterator[asyncio.Task[None]]:
    """Run a client until the block ends; `shards` are connected then, other clients' included."""
    async with toy:
        task = asyncio.create_task(toy.start(token or server.token))
        waiting = asyncio.create_task(server.ready(shards=shards))
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
        await toy.wait_until_ready()
        if toy.tree.get_commands():
            await toy.tree.sync()
        yield task
        await toy.close()
    await task


async def post(discord: FakeDiscord, path: str, body: Any, token: str | None = None) -> tuple[int, Any]:
    """Send a request as any program might."""
    headers = {"Authorization": f"Bot {token or discord.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(discord.api_base + path, json=body) as response,
    ):
        return response.status, await response.json(content_type=None)


def asking(server: FakeDiscord, **options: Any) -> SmallClient:
    """Return a client with `/ask`, which defers and then answers."""
    toy = SmallClient(server, **options)

    @toy.tree.command(description="Ask")
    async def ask(
        interaction: discord.Interaction[Any],
        question: app_commands.Range[str, 1, 500],
        private: bool = False,
    ) -> None:
        await interaction.response.defer(ephemeral=private)
        await interaction.edit_original_response(content=f"> {question}")

    return toy
