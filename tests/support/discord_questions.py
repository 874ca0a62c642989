"""Ways of asking a bot in the fake Discord."""

from tests.fake_discord import FakeDiscord
from tests.fake_discord.interactions import Interaction
from tests.fake_discord.messages import Message
from tests.support.button_presses import RAQQA


async def ask(discord: FakeDiscord, question: str = RAQQA, **options: object) -> Interaction:
    """Ask with `/ask`."""
    world = discord.world
    return await discord.slash(world.user, world.channel, "ask", question=question, **options)


async def mention(discord: FakeDiscord) -> Message:
    """Mention the bot with a question."""
    world = discord.world
    return await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")


def text(interaction: Interaction) -> str:
    """Return what the reply to a command says."""
    assert interaction.message is not None
    return interaction.message.text
