"""Checks of the Discord bot: metrics, feedback, token, application, and its permissions in each server."""

import asyncio
import errno
import os
from collections.abc import Iterator

import discord

from bot.config import BotConfig
from bot.discord.account.login import is_temporary, logged_in_client, unreachable_message
from bot.discord.account.permissions import invite_link, missing_permissions, permission_names
from bot.discord.account.token import FILE_VARIABLE, VARIABLE, read_token
from bot.doctor.check import FAIL, OK, WARN, Check, try_to_write
from bot.feedback.places import feedback_of
from bot.feedback.store import FeedbackError
from bot.listening import host_and_port, reason_not_listening
from bot.remedies import remedy_for
from bot.wording import count_with_noun
from index.errors import ConfigurationError

PORTAL = "In Discord's developer portal, under your application"
_PAGE = 200  # servers that one request lists
_MOST_NAMED = 20  # servers that are named if permissions are missing


def examine_metrics(config: BotConfig) -> Check:
    """Listen on the address of the metrics for a moment, as the bot would; a running bot may be using it."""
    return examine_address("metrics", config.metrics.listen)


def examine_address(section: str, listen: str) -> Check:
    """Listen for a moment where `listen` of a section of the configuration says."""
    try:
        asyncio.run(_listen_briefly(listen))
    except (OSError, ValueError) as error:
        detail = f"{listen}: {reason_not_listening(error)}"
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            remedy = (
                f"All is well if Footnote is running there; if not, set `[{section}] listen` to a free port."
            )
            return Check(section, WARN, detail, remedy)
        remedy = f"Set `[{section}] listen` to an address and a port of this machine."
        return Check(section, FAIL, detail, remedy)
    return Check(section, OK, f"{listen} is free")


def examine_feedback(config: BotConfig) -> Check:
    """Check that the bot can write to its folder, and read the feedback there."""
    folder = config.bot_directory
    try:
        try_to_write(folder)
        entries = feedback_of(config, moves=False).list()
    except OSError as error:
        remedy = "Make it writable for the bot, or name another folder as `[discord] directory`."
        return Check("feedback", FAIL, f"{error.filename} cannot be written to: {error.strerror}", remedy)
    except FeedbackError as error:
        return Check("feedback", FAIL, error.message, remedy_for(error))
    return Check("feedback", OK, f"{folder} can be written to: {count_with_noun(len(entries), 'verdict')}")


async def _listen_briefly(listen: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, *host_and_port(listen), start_serving=False)
    server.close()


def examine_discord(config: BotConfig) -> Iterator[Check]:
    """Yield the checks of a bot whose token is configured; Discord is asked only if it is well-formed."""
    try:
        token = read_token(os.environ)
    except ConfigurationError as error:
        yield Check("token", FAIL, error.message, remedy_for(error))
        return
    yield Check("token", OK, f"well-formed, from {VARIABLE if os.environ.get(VARIABLE) else FILE_VARIABLE}")
    try:
        checks = asyncio.run(ask_discord(config, token))
    except ConfigurationError as error:
        yield Check("discord", FAIL, error.message, remedy_for(error))
    except Exception as error:
        if not is_temporary(error):
            raise
        yield Check(
            "discord", WARN, unreachable_message(error), "The bot keeps trying until Discord is reachable."
        )
    else:
        yield from checks


async def ask_discord(config: BotConfig, token: str) -> list[Check]:
    """Ask Discord about the application, its servers and its permissions there.

    Raises ConfigurationError for a refused token, and what `login.is_temporary` tells of.
    """
    async with logged_in_client(token, config.discord.api_base) as client:
        about = await client.application_info()
        return [
            *_application(client, about),
            *examine_servers(await _list_servers(client)),
            _invitation(about),
        ]


def _application(client: discord.Client, about: discord.AppInfo) -> Iterator[Check]:
    yield Check("discord", OK, f"{client.user}, application {about.name} ({about.id})")
    if about.interactions_endpoint_url:
        remedy = f"{PORTAL}, empty the field Interactions Endpoint URL."
        yield Check("interactions", FAIL, "they are sent to a web address and never reach the bot", remedy)
    if about.bot_require_code_grant:
        remedy = f"{PORTAL}, Bot, switch off Requires OAuth2 Code Grant."
        yield Check("invitation", FAIL, "the bot cannot be added: a code grant is required", remedy)
    yield Check("intents", OK, "the bot asks for no privileged intents")


async def _list_servers(client: discord.Client) -> list[tuple[str, discord.Permissions]]:
    """List the servers that the bot is in, each with the permissions of its roles there."""
    servers: list[tuple[str, discord.Permissions]] = []
    after = None
    while True:
        page = await client.http.get_guilds(_PAGE, after=after, with_counts=False)
        for server in page:
            allowed = server.get("permissions")  # not in every description of a server
            if allowed is not None:
                servers.append((server["name"], discord.Permissions(int(allowed))))
        if len(page) < _PAGE:
            return servers
        after = int(page[-1]["id"])


def examine_servers(servers: list[tuple[str, discord.Permissions]]) -> Iterator[Check]:
    """Yield what is missing in the servers that the bot is in, given by name with its permissions there."""
    if not servers:
        yield Check("servers", WARN, "the bot is in none yet", "Open the link below.")
        return
    lacking = [(name, needs) for name, have in servers if (needs := missing_permissions(have))]
    if len(lacking) < len(servers):
        complete = count_with_noun(len(servers) - len(lacking), "server")
        yield Check("permissions", OK, f"complete in {complete}; a channel may still deny some")
    remedy = "Allow its role in that server, or add it again with the link below."
    for name, needs in lacking[:_MOST_NAMED]:
        yield Check("permissions", WARN, f"missing in {name}: {permission_names(needs)}", remedy)
    if more := len(lacking[_MOST_NAMED:]):
        verb = "is" if more == 1 else "are"
        yield Check(
            "permissions", WARN, f"{count_with_noun(more, 'more server')} {verb} missing permissions", remedy
        )


def _invitation(about: discord.AppInfo) -> Check:
    who = "anybody" if about.bot_public else "you alone"
    return Check("invite link", OK, f"for {who}: {invite_link(about.id)}")
