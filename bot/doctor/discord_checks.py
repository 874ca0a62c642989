"""The doctor's look at the Discord bot: its token, what Discord says of it, and what it may do where."""

import asyncio
import errno
import os
from collections.abc import Iterator

import discord

from bot.config import Config
from bot.discord.account.login import is_passing, out_of_reach, visitor
from bot.discord.account.permissions import invite_link, missing, names_of
from bot.discord.account.token import FILE_VARIABLE, VARIABLE, read_token
from bot.discord.telemetry.health import host_and_port, why_not
from bot.doctor.check import FAIL, OK, WARN, Check, try_to_write
from bot.feedback.store import Feedback, FeedbackError
from bot.remedies import remedy_for
from bot.wording import counted
from index.errors import ConfigurationError

PORTAL = "In Discord's developer portal, under your application"
_PAGE = 200  # servers that one request lists
_NAMED = 20  # servers that are named where something is wanting


def look_at_metrics(config: Config) -> Check:
    """Take the address of the metrics for a moment, as the bot would; it may be the bot that has it."""
    listen = config.metrics.listen
    try:
        asyncio.run(_take(listen))
    except (OSError, ValueError) as error:
        detail = f"{listen}: {why_not(error)}"
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            remedy = (
                "All is well if it is the bot that runs there; else set `[metrics] listen` to a free port."
            )
            return Check("metrics", WARN, detail, remedy)
        remedy = "Set `[metrics] listen` to an address and a port that this machine can give."
        return Check("metrics", FAIL, detail, remedy)
    return Check("metrics", OK, f"{listen} is free")


def look_at_feedback(config: Config) -> Check:
    """See whether the bot can write its folder, and read the feedback that is there."""
    folder = config.bot_directory
    try:
        try_to_write(folder)
        entries = Feedback(folder).list()
    except OSError as error:
        remedy = "Make it writable for the bot, or name another folder as `[discord] directory`."
        return Check("feedback", FAIL, f"{error.filename} cannot be written to: {error.strerror}", remedy)
    except FeedbackError as error:
        return Check("feedback", FAIL, error.message, remedy_for(error))
    return Check("feedback", OK, f"{folder} can be written to: {counted(len(entries), 'verdict')}")


async def _take(listen: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, *host_and_port(listen), start_serving=False)
    server.close()


def look_at_discord(config: Config) -> Iterator[Check]:
    """Yield the checks of a bot whose token is configured; Discord is asked only if that can be one."""
    try:
        token = read_token(os.environ)
    except ConfigurationError as error:
        yield Check("token", FAIL, error.message, remedy_for(error))
        return
    yield Check("token", OK, f"well-formed, from {VARIABLE if os.environ.get(VARIABLE) else FILE_VARIABLE}")
    try:
        checks = asyncio.run(_ask_discord(config, token))
    except ConfigurationError as error:
        yield Check("discord", FAIL, error.message, remedy_for(error))
    except Exception as error:
        if not is_passing(error):
            raise
        yield Check("discord", WARN, out_of_reach(error), "The bot goes on trying until it can be.")
    else:
        yield from checks


async def _ask_discord(config: Config, token: str) -> list[Check]:
    async with visitor(token, config.discord.api_base) as client:
        about = await client.application_info()
        return [*_application(client, about), *_servers(await _list_servers(client)), _invitation(about)]


def _application(client: discord.Client, about: discord.AppInfo) -> Iterator[Check]:
    yield Check("discord", OK, f"{client.user}, application {about.name} ({about.id})")
    if about.interactions_endpoint_url:
        remedy = f"{PORTAL}, empty the field Interactions Endpoint URL."
        yield Check("interactions", FAIL, "they are sent to a web address, and never reach the bot", remedy)
    if about.bot_require_code_grant:
        remedy = f"{PORTAL}, Bot, switch off Requires OAuth2 Code Grant."
        yield Check("invitation", FAIL, "the bot cannot be added: a code grant is required", remedy)
    yield Check("intents", OK, "none of those that the bot asks for is privileged")


async def _list_servers(client: discord.Client) -> list[tuple[str, discord.Permissions]]:
    """List the servers that the bot is in, with what its roles allow it there."""
    found: list[tuple[str, discord.Permissions]] = []
    after = None
    while True:
        page = await client.http.get_guilds(_PAGE, after=after, with_counts=False)
        for server in page:
            allowed = server.get("permissions")  # not in every description of a server
            if allowed is not None:
                found.append((server["name"], discord.Permissions(int(allowed))))
        if len(page) < _PAGE:
            return found
        after = int(page[-1]["id"])


def _servers(servers: list[tuple[str, discord.Permissions]]) -> Iterator[Check]:
    if not servers:
        yield Check("servers", WARN, "the bot is in none yet", "Open the link below.")
        return
    wanting = [(name, needs) for name, have in servers if (needs := missing(have))]
    if len(wanting) < len(servers):
        fitting = counted(len(servers) - len(wanting), "server")
        yield Check("permissions", OK, f"all there in {fitting}; a channel may still take some away")
    remedy = "Allow its role in that server, or add it once more with the link below."
    for name, needs in wanting[:_NAMED]:
        yield Check("permissions", WARN, f"in {name} the bot lacks: {names_of(needs)}", remedy)
    if more := len(wanting[_NAMED:]):
        yield Check(
            "permissions", WARN, f"in {counted(more, 'more server')} something is wanting too", remedy
        )


def _invitation(about: discord.AppInfo) -> Check:
    whose = "anybody" if about.bot_public else "you alone"
    return Check("invite link", OK, f"for {whose}: {invite_link(about.id)}")
