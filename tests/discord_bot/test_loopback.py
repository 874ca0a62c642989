"""The loopback Discord refuses what Discord refuses, and the real discord.py works with it."""

import asyncio
import zlib

import discord as discord_py
import pytest
from discord import app_commands
from loopback import LoopbackDiscord
from toy import Toy, running


async def test_a_question_and_its_answer(discord: LoopbackDiscord) -> None:
    toy = Toy(discord)

    @toy.tree.command(description="Ask")
    @app_commands.describe(question="What you want to know")
    async def ask(interaction: discord_py.Interaction, question: str, private: bool = False) -> None:
        await interaction.response.defer(ephemeral=private)
        await interaction.edit_original_response(content=f"> {question}", embed=discord_py.Embed(description="Yes"))

    async with running(toy, discord):
        world = discord.world
        interaction = await discord.slash(world.user, world.channel, "ask", question="Is it?", private=True)
        await interaction.done()
        assert interaction.private
        assert interaction.message is not None
        assert interaction.message.content == "> Is it?"
        assert interaction.message.embed["description"] == "Yes"
        assert interaction.acknowledged_after is not None
        assert interaction.acknowledged_after < 1
