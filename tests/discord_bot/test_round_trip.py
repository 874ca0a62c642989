"""The bot answers over sockets, from the question to what a person reads."""

from loopback import LoopbackDiscord

from bot.discord.client import FootnoteClient


async def test_a_slash_command_is_answered(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    interaction = await discord.slash(
        world.user, world.channel, "ask", question="How long is the red bridge?"
    )
    await interaction.done()
    assert interaction.message is not None
    assert "900 metres" in interaction.message.embed["description"]
    assert not interaction.private
