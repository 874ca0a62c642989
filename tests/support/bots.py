"""Bots for the tests: the real client over a shared library, connected to the fake Discord."""

import asyncio
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.config import BotConfig
from bot.discord.account.command_sync import register_changed_commands
from bot.discord.events.client import FootnoteClient
from bot.discord.events.commands import definitions
from bot.discord.library.corpus_work import DISCORDS, Hosts
from bot.discord.library.server_libraries import ServerLibraries
from bot.feedback.places import open_feedback
from bot.live.live_library import LiveLibrary, UpdateIndex
from bot.live.question_queue import QuestionQueue
from bot.live.update_process import WorkInChild
from bot.rewriting import REWRITE_WITHIN
from bot.telemetry.meter import Meter
from index.building.report import BuildReport
from index.building.update import update
from index.library import Library
from tests.fake_discord import FakeDiscord

THIS_MACHINE = Hosts(attachments=("127.0.0.1",), private=("127.0.0.1",))
"""A web server of a test stands for the internet, and for what Discord sends attachments from."""
FAST = {"questions_per_minute": 0, "server_questions_per_minute": 0}


def bot_config(
    library: Path,
    folder: Path,
    discord: FakeDiscord,
    contact: str = "",
    store: Mapping[str, Any] = MappingProxyType({}),
    allow_hosts: Sequence[str] = (),
    writer: Mapping[str, Any] = MappingProxyType({}),
    **settings: Any,
) -> BotConfig:
    """Return the configuration of a bot over what lies below `library`, with its own files in `folder`.

    `store` are keys of `[store]`, `writer` of `[writer]`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return BotConfig.model_validate(
        {
            "base": folder,
            "corpus": {"directory": str(library / "corpus"), "allow_hosts": list(allow_hosts)},
            "index": {"directory": str(library / "index"), "watch": 0},
            "answer": {"contact": contact},
            "store": dict(store),
            "writer": dict(writer),
            "discord": {"api_base": discord.api_base, "directory": "bot", **FAST, **settings},
        }
    )


async def no_pause(shard_id: int | None, *, initial: bool = False) -> None:
    """Stand for discord.py's wait of five seconds before each further session."""


async def update_here(config: BotConfig, wait: float) -> BuildReport:
    """Update an index in this process, which has the models in memory."""
    return await asyncio.to_thread(update, config, lambda *_: None, wait)


async def work_here(config: BotConfig, wait: float, work: Callable[..., Any], _: str) -> Any:
    """Do in this process what `work_in_child` does in another, which takes time; sent as if there."""
    config, work = _sent(config), _sent(work)
    return _sent(await asyncio.to_thread(work, config, lambda *_: None, wait))


def _sent(what: Any) -> Any:
    """Return what arrives in another process."""
    return pickle.loads(pickle.dumps(what))  # noqa: S301 - our own


@dataclass
class Bots:
    """Starts bots, and ends those that are still there when the test ends.

    They update indexes in this process, which has the models in memory.
    """

    discord: FakeDiscord
    library: Library
    library_folder: Path
    folder: Path
    update_index: UpdateIndex = update_here
    hosts: Hosts = DISCORDS
    work: WorkInChild = work_here
    open_within: float = 120.0  # seconds; a slow machine takes long to build an index
    clock: Callable[[], float] = time.monotonic  # of the cooldowns
    rewrite_within: float = REWRITE_WITHIN
    store: Mapping[str, Any] = field(default_factory=dict)
    writer: Mapping[str, Any] = field(default_factory=dict)
    running: dict[FootnoteClient, asyncio.Task[None]] = field(default_factory=dict)

    async def start(self, **settings: Any) -> FootnoteClient:
        """Start a bot and wait until it is ready; `settings` are those of `bot_config`."""
        config = bot_config(
            self.library_folder, self.folder, self.discord, store=self.store, writer=self.writer, **settings
        )
        meter = Meter()
        live_library = LiveLibrary(config, self.library, meter, self.update_index)
        question_queue = QuestionQueue.from_settings(config.discord, live_library, meter)
        feedback = open_feedback(config, config.bot_directory)
        libraries = ServerLibraries(
            config,
            live_library,
            feedback,
            self.update_index,
            work=self.work,
            open_within=self.open_within,
        )
        client = FootnoteClient(
            config,
            libraries,
            question_queue,
            meter,
            hosts=self.hosts,
            guild_ready_timeout=0.05,
            clock=self.clock,
            rewrite_within=self.rewrite_within,
        )
        client.before_identify_hook = no_pause  # type: ignore[method-assign]
        await client.login(self.discord.token)
        commands = definitions(written=bool(config.writer.llm))
        await register_changed_commands(client, commands, config.bot_directory)
        task = asyncio.create_task(client.connect())
        self.running[client] = task
        ready = asyncio.create_task(client.wait_until_ready())
        await asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            task.result()
        return client

    async def stop(self, client: FootnoteClient) -> None:
        """End a bot as its own end does: what is in flight first."""
        task = self.running.pop(client)
        await client.finish(5.0)
        await client.services.question_queue.close(1.0)
        await client.services.libraries.close()
        await client.close()
        await task

    async def stop_all(self) -> None:
        """End all bots."""
        for client in list(self.running):
            await self.stop(client)
