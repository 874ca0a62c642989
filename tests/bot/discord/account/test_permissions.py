import asyncio
import re
from urllib.parse import parse_qs, urlsplit

import discord as discord_py
import pytest

from bot.discord.account.permissions import (
    NEEDS,
    invite_link,
    may_change_library,
    missing_permissions,
    name_of,
    permissions,
)
from tests.fake_discord import FakeDiscord
from tests.fake_discord.world import Channel, User
from tests.support.bots import Bots
from tests.support.paths import ROOT


def test_the_integer_is_the_documented_one_with_each_reason() -> None:
    guide = (ROOT / "docs" / "discord.md").read_text("utf-8")
    assert f"`{permissions().value}`" in guide
    rows = re.findall(r"^\| (.+?) \| `(\d+)` \| (.+?) \|$", guide, re.MULTILINE)
    documented = {name: (int(value), why) for name, value, why in rows}
    assert documented == {
        need.name: (discord_py.Permissions(**{need.flag: True}).value, need.why) for need in NEEDS
    }


def test_nothing_is_asked_for_that_could_do_harm() -> None:
    assert not permissions().value & discord_py.Permissions.elevated().value
    assert not permissions().mention_everyone


def test_what_is_missing_is_named() -> None:
    assert missing_permissions(permissions()) == []
    assert missing_permissions(discord_py.Permissions(administrator=True)) == []
    have = permissions()
    have.update(embed_links=False, send_messages=False)
    assert [need.name for need in missing_permissions(have)] == ["Send Messages", "Embed Links"]
    assert name_of("embed_links") == "Embed Links"
    assert name_of("manage_roles") == "Manage Roles"


def test_the_invite_link_asks_for_them_and_for_the_two_scopes() -> None:
    link = urlsplit(invite_link(1234))
    assert parse_qs(link.query) == {
        "client_id": ["1234"],
        "scope": ["bot applications.commands"],
        "permissions": [str(permissions().value)],
    }
    assert (link.scheme, link.netloc) == ("https", "discord.com")


async def may(discord: FakeDiscord, bots: Bots, user: User, channel: Channel, role: str = "") -> bool:
    """Return whether a person may change the library with a command in a channel."""
    client = next(iter(bots.running))
    received: asyncio.Queue[discord_py.Interaction] = asyncio.Queue()

    async def put(interaction: discord_py.Interaction) -> None:
        received.put_nowait(interaction)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "on_interaction", put)
        asked = await discord.slash(user, channel, "about")
        interaction = await received.get()
        await asked.done()
    return may_change_library(interaction, role)


@pytest.mark.slow
async def test_those_with_manage_server_or_the_role_may_change_the_library(
    discord: FakeDiscord, bots: Bots
) -> None:
    client = await bots.start()
    world = discord.world
    owner, keeper, other = world.user, world.add_user("grace"), world.add_user("eve")
    world.guild.grant(owner, "manage_guild")
    role = world.guild.add_role("Librarians", keeper)
    await discord.until(lambda: client.guilds[0].get_role(role))
    for granted, names in ((owner, ("", "Librarians")), (keeper, ("Librarians", str(role)))):
        for name in names:
            assert await may(discord, bots, granted, world.channel, name)
    assert not await may(discord, bots, keeper, world.channel)
    assert not await may(discord, bots, keeper, world.channel, "@everyone")
    for name in ("", "@everyone", "Librarians", str(world.guild.id)):
        assert not await may(discord, bots, other, world.channel, name)


@pytest.mark.slow
async def test_nobody_may_in_direct_messages_or_where_only_a_person_added_the_bot(
    discord: FakeDiscord, bots: Bots
) -> None:
    await bots.start()
    world = discord.world
    elsewhere = world.add_foreign_guild("Elsewhere")
    elsewhere.grant(world.user, "manage_guild", "administrator")
    assert not await may(discord, bots, world.user, elsewhere.channels[0])
    assert not await may(discord, bots, world.user, world.dm(world.user))


@pytest.mark.slow
async def test_nobody_may_where_only_the_commands_were_added(discord: FakeDiscord, bots: Bots) -> None:
    await bots.start()
    world = discord.world
    elsewhere = world.add_foreign_guild("Elsewhere")
    elsewhere.channels[0].foreign = False  # it added the application, with the scope `applications.commands`
    elsewhere.grant(world.user, "manage_guild", "administrator")
    assert not await may(discord, bots, world.user, elsewhere.channels[0])
