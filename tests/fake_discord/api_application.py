"""The bot's user, its application, its commands and the way to the gateway over HTTP."""

from typing import Any

from tests.fake_discord import limits_commands
from tests.fake_discord.api import Answer, Call, Router
from tests.fake_discord.problems import DiscordError

router = Router()
GLOBAL = "/applications/{application_id}/commands"
GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


@router.on("GET", "/users/@me")
async def me(call: Call) -> Answer:
    """Return the bot's user."""
    user = call.world.bot.payload()
    return 200, {**user, "mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}


@router.on("GET", "/gateway/bot")
async def gateway(call: Call) -> Answer:
    """Return where the gateway is and how many shards are advised."""
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return 200, {
        "url": call.discord.gateway_url,
        "shards": call.discord.advised_shards,
        "session_start_limit": limit,
    }


def _application(call: Call) -> dict[str, Any]:
    world = call.world
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": world.bot.payload(),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": call.discord.application_flags,
        "flags_new": str(call.discord.application_flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": world.user.payload(),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        **call.discord.application_settings,
    }


@router.on("GET", "/oauth2/applications/@me")
async def oauth2_application(call: Call) -> Answer:
    """Return the application."""
    return 200, _application(call)


@router.on("GET", "/applications/@me")
async def application(call: Call) -> Answer:
    """Return the application."""
    return 200, _application(call)


def _place(call: Call) -> int | None:
    if call.ids["application_id"] != str(call.world.application_id):
        raise DiscordError(50001)
    guild = call.ids.get("guild_id")
    if guild is not None and int(guild) not in call.world.guilds:
        raise DiscordError(50001)
    return None if guild is None else int(guild)


def _registered(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Return a command as Discord gives it back."""
    place = _place(call)
    old = next((c for c in call.discord.commands.get(place, []) if _same(c, body)), None)
    permissions = body.get("default_member_permissions")
    kept = {key: value for key, value in body.items() if value is not None}
    contexts = {} if place is not None else {"contexts": body.get("contexts")}
    return {
        "description": "",
        **kept,
        **contexts,
        "integration_types": body.get("integration_types") or [0],
        "type": body.get("type") or 1,
        "id": old["id"] if old else str(call.world.ids.next()),
        "application_id": str(call.world.application_id),
        "version": str(call.world.ids.next()),
        "default_member_permissions": None if permissions is None else str(permissions),
        **({} if place is None else {"guild_id": str(place)}),
        "nsfw": bool(body.get("nsfw")),
    }


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (one["name"], one.get("type") or 1) == (other["name"], other.get("type") or 1)


async def _get(call: Call) -> Answer:
    return 200, call.discord.commands.get(_place(call), [])


async def _put(call: Call) -> Answer:
    call.check(limits_commands.commands(call.body))
    place = _place(call)
    call.discord.commands[place] = [_registered(call, body) for body in call.body]
    return 200, call.discord.commands[place]


async def _post(call: Call) -> Answer:
    call.check(limits_commands.command(call.body))
    place = _place(call)
    there = call.discord.commands.setdefault(place, [])
    new = _registered(call, call.body)
    known = any(_same(command, new) for command in there)
    call.discord.commands[place] = [command for command in there if not _same(command, new)] + [new]
    return 200 if known else 201, new


async def _delete(call: Call) -> Answer:
    place = _place(call)
    there = call.discord.commands.get(place, [])
    left = [command for command in there if command["id"] != call.ids["command_id"]]
    if len(left) == len(there):
        raise DiscordError(10063)
    call.discord.commands[place] = left
    return 204, None


for _template in (GLOBAL, GUILD):
    router.on("GET", _template)(_get)
    router.on("PUT", _template)(_put)
    router.on("POST", _template)(_post)
    router.on("DELETE", _template + "/{command_id}")(_delete)
