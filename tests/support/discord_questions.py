"""Ways of asking a bot in the fake Discord."""

from tests.fake_discord import FakeDiscord
from tests.fake_discord.interactions import Interaction
from tests.fake_discord.messages import Message
from tests.fake_discord.world import Channel
from tests.support.button_presses import RAQQA

NOWHERE = "What is the price of bitcoin in Tuvalu?"
"""A question that no article answers."""
BEES = "How warm is the centre of the cluster kept?"


async def ask(discord: FakeDiscord, question: str = RAQQA, **options: object) -> Interaction:
    """Ask with `/ask`."""
    world = discord.world
    return await discord.slash(world.user, world.channel, "ask", question=question, **options)


async def mention(discord: FakeDiscord) -> Message:
    """Mention the bot with a question."""
    world = discord.world
    return await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")


async def mentioning(discord: FakeDiscord, question: str, channel: Channel | None = None) -> Message:
    """Mention the bot with a question, and wait for its answer."""
    world = discord.world
    said = await discord.say(world.user, channel or world.channel, f"{world.bot.mention} {question}")
    return await discord.answer(said)


def starts(answer: Message) -> str:
    """Return what an answer says in its embed."""
    description: str = answer.embed["description"]
    return description


def text(interaction: Interaction) -> str:
    """Return what the reply to a command says."""
    assert interaction.message is not None
    return interaction.message.text
