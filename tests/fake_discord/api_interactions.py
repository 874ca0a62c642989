"""Answers to interactions and what follows them over HTTP; the token in the path is all that they need."""

from tests.fake_discord import limits
from tests.fake_discord.api import Answer, Call, Router
from tests.fake_discord.interactions import Interaction
from tests.fake_discord.problems import DiscordError

router = Router()
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
ORIGINAL = WEBHOOK + "/messages/@original"
ONE = WEBHOOK + "/messages/{message_id}"


@router.on("POST", "/interactions/{interaction_id}/{interaction_token}/callback", by_token=True)
async def answer(call: Call) -> Answer:
    """Answer an interaction."""
    call.check(limits.callback(call.body, silent=call.discord.silent))
    interaction = call.discord.interactions.get(call.ids["interaction_token"])
    if interaction is None or str(interaction.id) != call.ids["interaction_id"]:
        raise DiscordError(10062)
    interaction.answer(call.body)
    if call.query.get("with_response") in ("1", "true"):
        return 200, interaction.callback_response()
    return 204, None


def _interaction(call: Call) -> Interaction:
    if call.ids["webhook_id"] != str(call.world.application_id):
        raise DiscordError(10015)
    interaction = call.discord.interactions.get(call.ids["webhook_token"])
    if interaction is None:
        raise DiscordError(50027)
    return interaction


def _has_text(call: Call) -> None:
    if not ((call.body.get("content") or "").strip() or call.body.get("embeds")):
        raise DiscordError(50006)


@router.on("POST", WEBHOOK, by_token=True)
async def follow_up(call: Call) -> Answer:
    """Send a follow-up."""
    call.check(limits.message(call.body, "", limits.FOLLOW_UP_KEYS, silent=call.discord.silent))
    interaction = _interaction(call)
    interaction.check_token()
    _has_text(call)
    return 200, interaction.follow_up(call.body).payload()


async def _get(call: Call, which: str) -> Answer:
    return 200, _interaction(call).find(which).payload()


async def _edit(call: Call, which: str) -> Answer:
    call.check(limits.message(call.body, "", limits.MESSAGE_KEYS, silent=call.discord.silent))
    interaction = _interaction(call)
    message = interaction.find(which)
    if message.loading:
        _has_text(call)
    message = interaction.edit(which, call.body)
    if message.empty:
        raise DiscordError(50006)
    return 200, message.payload()


async def _delete(call: Call, which: str) -> Answer:
    _interaction(call).delete(which)
    return 204, None


@router.on("GET", ORIGINAL, by_token=True)
async def get_original(call: Call) -> Answer:
    """Return the response."""
    return await _get(call, "@original")


@router.on("PATCH", ORIGINAL, by_token=True)
async def edit_original(call: Call) -> Answer:
    """Change the response."""
    return await _edit(call, "@original")


@router.on("DELETE", ORIGINAL, by_token=True)
async def delete_original(call: Call) -> Answer:
    """Take the response away."""
    return await _delete(call, "@original")


@router.on("GET", ONE, by_token=True)
async def get_follow_up(call: Call) -> Answer:
    """Return a follow-up."""
    return await _get(call, call.ids["message_id"])


@router.on("PATCH", ONE, by_token=True)
async def edit_follow_up(call: Call) -> Answer:
    """Change a follow-up."""
    return await _edit(call, call.ids["message_id"])


@router.on("DELETE", ONE, by_token=True)
async def delete_follow_up(call: Call) -> Answer:
    """Take a follow-up away."""
    return await _delete(call, call.ids["message_id"])
