"""The way from a question to what a person reads, over sockets, wherever the bot can be asked."""

import pytest

from bot.discord.events.client import FootnoteClient
from tests.fake_discord import FakeDiscord

QUESTION = "How long is the red bridge?"


@pytest.mark.parametrize("place", ["server", "thread", "direct message", "conversation of others", "foreign"])
async def test_a_slash_command_is_answered(discord: FakeDiscord, bot: FootnoteClient, place: str) -> None:
    world = discord.world
    channel = {
        "server": lambda: world.channel,
        "thread": lambda: world.channel.add_thread("bridges"),
        "direct message": lambda: world.dm(world.user),
        "conversation of others": lambda: world.private_channel(world.user, world.add_user("brendan")),
        "foreign": lambda: world.add_foreign_guild("elsewhere").channels[0],
    }[place]()
    if place == "thread":
        discord.expect(10008)  # it is looked up whether an answer of the bot's started the thread
    interaction = await discord.slash(world.user, channel, "ask", question=QUESTION)
    await interaction.done()
    assert interaction.message is not None
    assert interaction.message.content == f"> {QUESTION}"
    assert "900 metres" in interaction.message.embed["description"]
    assert not interaction.private
    assert list(channel.messages.values()) == [interaction.message]


@pytest.mark.parametrize("direct", [False, True])
async def test_a_message_is_answered_once(discord: FakeDiscord, bot: FootnoteClient, direct: bool) -> None:
    world = discord.world
    channel = world.dm(world.user) if direct else world.channel
    discord.deliver_twice()
    message = await discord.say(world.user, channel, f"{'' if direct else world.bot.mention} {QUESTION}")
    reply = await discord.answer(message)
    assert "900 metres" in reply.embed["description"]
    assert await bot.finish(10) == 0
    assert discord.answers(message) == [reply]


async def test_a_click_is_answered_in_another_session(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    interaction = await discord.slash(world.user, world.channel, "ask", question=QUESTION)
    await interaction.done()
    discord.invalidate()
    await discord.until(lambda: len(discord.gateway.identified) == 2 and discord.gateway.connected)
    assert interaction.message is not None
    click = await discord.click(world.add_user("brendan"), interaction.message, "Show in context")
    await click.done()
    assert click.private
    assert click.message is not None
    assert "It was opened in 1931" in click.message.text
