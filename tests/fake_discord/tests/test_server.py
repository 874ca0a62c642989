"""The fake Discord keeps Discord's rules, and the real discord.py works with it over sockets."""

import asyncio
from typing import Any

import aiohttp
import discord as discord_py
import pytest
from discord import app_commands, ui

from tests.fake_discord import FakeDiscord
from tests.fake_discord.openapi import OpenAPI
from tests.fake_discord.people import NotPossibleError
from tests.support.small_client import SmallClient, asking, post, running

Clicked = discord_py.Interaction[Any]


async def test_a_question_and_its_answer(discord: FakeDiscord) -> None:
    world = discord.world
    async with running(asking(discord), discord):
        interaction = await discord.slash(world.user, world.channel, "ask", question="Is it?", private=True)
        await interaction.done()
    assert interaction.message is not None
    assert interaction.message.content == "> Is it?"
    assert interaction.private
    assert interaction.acknowledged_after is not None
    assert interaction.acknowledged_after < 1
    assert interaction.message.id not in world.channel.messages


async def test_only_what_is_registered_can_be_invoked(discord: FakeDiscord) -> None:
    world = discord.world
    async with running(asking(discord), discord):
        for options in ({}, {"question": "x" * 501}, {"question": 1}, {"question": "x", "loud": True}):
            with pytest.raises(NotPossibleError):
                await discord.slash(world.user, world.channel, "ask", **options)
        with pytest.raises(NotPossibleError):
            await discord.slash(world.user, world.channel, "tell")


async def test_a_wrong_token_is_refused(discord: FakeDiscord) -> None:
    discord.expect(0)
    with pytest.raises(discord_py.LoginFailure):
        async with running(SmallClient(discord), discord, token="wrong"):  # noqa: S106
            pass


async def test_a_body_beyond_a_limit_is_refused(discord: FakeDiscord) -> None:
    discord.expect(50035)
    toy = SmallClient(discord)
    async with running(toy, discord):
        channel = toy.get_channel(discord.world.channel.id)
        assert isinstance(channel, discord_py.TextChannel)
        halves = [discord_py.Embed(description="x" * 3001) for _ in range(2)]
        with pytest.raises(discord_py.HTTPException, match="6000") as caught:
            await channel.send(embeds=halves)
        assert caught.value.code == 50035
    assert not discord.world.channel.messages


async def test_content_is_withheld(discord: FakeDiscord) -> None:
    world = discord.world
    toy = SmallClient(discord)
    async with running(toy, discord):
        own = await toy.get_partial_messageable(world.channel.id).send("mine")
        mine = world.channel.messages[own.id]
        said = {
            "plain": await discord.say(world.user, world.channel, "plain"),
            "mention": await discord.say(world.user, world.channel, f"{world.bot.mention} mention"),
            "dm": await discord.say(world.user, world.dm(world.user), "dm"),
            "reply": await discord.say(world.user, world.channel, "reply", reply_to=mine),
            "quiet": await discord.say(world.user, world.channel, "quiet", reply_to=mine, ping=False),
        }
        await discord.until(lambda: len(toy.seen) == 6)
        seen = {message.id: message for message in toy.seen}
        content = {name: seen[message.id].content for name, message in said.items()}
        assert content == {
            "plain": "",
            "mention": f"{world.bot.mention} mention",
            "dm": "dm",
            "reply": "reply",
            "quiet": "",
        }
        reference = seen[said["reply"].id].reference
        assert reference is not None
        assert isinstance(reference.resolved, discord_py.Message)
        assert reference.resolved.content == "mine"
        fetched = await toy.get_partial_messageable(world.channel.id).fetch_message(said["plain"].id)
        assert fetched.content == ""


async def test_an_interaction_has_one_answer(discord: FakeDiscord) -> None:
    discord.expect(40060)
    world = discord.world
    async with running(asking(discord), discord):
        interaction = await discord.slash(world.user, world.channel, "ask", question="Is it?")
        await interaction.done()
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        status, body = await post(discord, path, {"type": 5})
    assert (status, body["code"]) == (400, 40060)


async def test_an_interaction_waits_three_seconds(discord: FakeDiscord) -> None:
    discord.expect(10062)
    world = discord.world
    toy = SmallClient(discord)
    errors = []

    async def late(interaction: Clicked) -> None:
        discord.clock.advance(3.1)
        try:
            await interaction.response.send_message("late")
        except discord_py.NotFound as error:
            errors.append(error.code)

    toy.on_click(late)
    async with running(toy, discord):
        message = await toy.get_partial_messageable(world.channel.id).send("hello")
        interaction = await discord.click(world.user, world.channel.messages[message.id], "any", forged=True)
        await discord.until(lambda: errors)
    assert errors == [10062]
    assert interaction.failed


@pytest.mark.slow
async def test_a_token_lasts_fifteen_minutes(discord: FakeDiscord) -> None:
    discord.expect(50027, 10015)
    world = discord.world
    async with running(asking(discord), discord):
        discord.slow("POST", "/callback", 0.3)
        interaction = await discord.slash(world.user, world.channel, "ask", question="Is it?")
        path = f"/webhooks/{world.application_id}/{interaction.token}"
        nobody = {"content": "x", "allowed_mentions": {"parse": []}}
        assert (await post(discord, path, nobody))[1]["code"] == 10015  # before the answer
        await interaction.done()
        assert (await post(discord, path, nobody))[0] == 200
        discord.clock.advance(15 * 60)
        assert (await post(discord, path, nobody))[1]["code"] == 50027
    assert [message.content for message in interaction.followups] == ["x"]


async def test_the_first_follow_up_fills_what_was_deferred(discord: FakeDiscord) -> None:
    toy = SmallClient(discord)

    @toy.tree.command(description="Ask")
    async def ask(interaction: Clicked) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("first")
        second = await interaction.followup.send("second", wait=True)
        await second.edit(content="third")
        await interaction.delete_original_response()

    world = discord.world
    async with running(toy, discord):
        interaction = await discord.slash(world.user, world.channel, "ask")
        await discord.until(lambda: interaction.message and interaction.message.deleted)
        assert interaction.message is not None
        assert (interaction.message.content, interaction.private) == ("first", True)
        assert [message.content for message in interaction.followups] == ["third"]


class Form(ui.Modal, title="Note"):
    note: ui.TextInput["Form"] = ui.TextInput(label="What was wrong?", max_length=10)

    async def on_submit(self, interaction: Clicked) -> None:
        await interaction.response.send_message(f"noted: {self.note.value}", ephemeral=True)


async def test_buttons_and_modals(discord: FakeDiscord) -> None:
    world = discord.world
    toy = SmallClient(discord)

    async def clicked(interaction: Clicked) -> None:
        if interaction.type is discord_py.InteractionType.component:
            assert interaction.data is not None
            if interaction.data.get("custom_id") == "form":
                await interaction.response.send_modal(Form())
            else:
                await interaction.response.edit_message(content="clicked")

    toy.on_click(clicked)
    async with running(toy, discord):
        view = ui.View(timeout=None)
        view.add_item(ui.Button(label="Click me", custom_id="click"))
        view.add_item(ui.Button(label="Form", custom_id="form"))
        message = await toy.get_partial_messageable(world.channel.id).send("hello", view=view)
        shown = world.channel.messages[message.id]
        assert [button["label"] for button in shown.buttons] == ["Click me", "Form"]
        await (await discord.click(world.user, shown, "Click me")).done()
        assert (shown.content, shown.edits) == ("clicked", 1)
        opened = await (await discord.click(world.user, shown, "Form")).done()
        with pytest.raises(NotPossibleError):
            await discord.submit(world.user, opened, **{"What was wrong?": "x" * 11})
        filled = await (await discord.submit(world.user, opened, **{"What was wrong?": "nothing"})).done()
        assert filled.message is not None
        assert (filled.message.content, filled.private) == ("noted: nothing", True)
        with pytest.raises(NotPossibleError):
            await discord.click(world.user, shown, "No such button")


@pytest.mark.parametrize(
    ("denied", "code"),
    [
        (("view_channel",), 50001),
        (("send_messages",), 50013),
        (("embed_links",), 50013),
        (("read_message_history",), 160002),
    ],
)
async def test_permissions(discord: FakeDiscord, denied: tuple[str, ...], code: int) -> None:
    discord.expect(code)
    world = discord.world
    toy = SmallClient(discord)
    async with running(toy, discord):
        question = await discord.say(world.user, world.channel, "hello")
        world.channel.deny(*denied)
        place = toy.get_partial_messageable(world.channel.id)
        reference = place.get_partial_message(question.id).to_reference()
        with pytest.raises(discord_py.Forbidden) as caught:
            await place.send(embed=discord_py.Embed(description="x"), reference=reference)
        assert caught.value.code == code
        world.channel.allow(*denied)
        await place.send(embed=discord_py.Embed(description="x"), reference=reference)
        assert len(discord.answers(question)) == 1


async def test_what_is_gone_is_unknown(discord: FakeDiscord) -> None:
    discord.expect(10008, 10003, 50005, 50006, 50007)
    world = discord.world
    toy = SmallClient(discord)
    async with running(toy, discord):
        place = toy.get_partial_messageable(world.channel.id)
        for wanted in (place.fetch_message(1), toy.get_partial_messageable(1).send("x")):
            with pytest.raises(discord_py.NotFound):
                await wanted
        other = await discord.say(world.user, world.channel, "hello")
        with pytest.raises(discord_py.Forbidden):
            await place.get_partial_message(other.id).edit(content="mine now")
        with pytest.raises(discord_py.HTTPException, match="50006"):
            await place.send("   ")
        world.user.closed = True
        with pytest.raises(discord_py.Forbidden, match="50007"):
            await toy.get_partial_messageable(world.dm(world.user).id).send("x")


async def test_rates_are_kept_to(discord: FakeDiscord) -> None:
    path = f"/channels/{discord.world.channel.id}/messages"
    body = {"content": "x", "allowed_mentions": {"parse": []}}
    answers = [await post(discord, path, body) for _ in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [429]
    assert 0 < answers[-1][1]["retry_after"] <= 5
    discord.clock.advance(5)
    assert (await post(discord, path, body))[0] == 200


async def test_scripted_faults(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    world = discord.world
    toy = SmallClient(discord)
    async with running(toy, discord):
        place = toy.get_partial_messageable(world.channel.id)
        waits = []
        sleep = asyncio.sleep

        async def short(seconds: float) -> None:
            waits.append(seconds)
            await sleep(0)

        with monkeypatch.context() as patch:
            patch.setattr("discord.http.asyncio.sleep", short)
            discord.fail("POST", "/messages$", 502, times=2)
            await place.send("after all")
            discord.fail("POST", "/messages$", 429, retry_after=7.5)
            await place.send("later")
        assert [wait for wait in waits if wait in (1, 3, 7.5)] == [1, 3, 7.5]
        discord.cut("POST", "/messages$")
        with pytest.raises((aiohttp.ClientError, OSError)):
            await place.send("never")
        discord.cut("POST", "/messages$", done=True)
        with pytest.raises((aiohttp.ClientError, OSError)):
            await place.send("unheard")
    assert [message.content for message in world.channel.messages.values()] == [
        "after all",
        "later",
        "unheard",
    ]


async def test_threads(discord: FakeDiscord) -> None:
    world = discord.world
    toy = SmallClient(discord)
    async with running(toy, discord):
        message = await toy.get_partial_messageable(world.channel.id).send("hello")
        thread = world.channel.add_thread("about it", world.channel.messages[message.id])
        await discord.say(world.user, thread, f"{world.bot.mention} in a thread")
        await discord.until(lambda: len(toy.seen) == 2)
        seen = toy.seen[-1].channel
        assert isinstance(seen, discord_py.Thread)
        assert (seen.id, seen.parent_id) == (message.id, world.channel.id)
        await seen.send("here")
        world.channel.deny("send_messages_in_threads")
        discord.expect(50013)
        with pytest.raises(discord_py.Forbidden):
            await seen.send("not here")


async def test_where_the_bot_is_not(discord: FakeDiscord) -> None:
    world = discord.world
    toy = asking(discord)
    tree = toy.tree
    tree.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    friends = world.private_channel(world.user, world.add_user("brendan"))
    abroad = world.add_foreign_guild("elsewhere").channels[0]
    async with running(toy, discord):
        with pytest.raises(NotPossibleError):  # nobody can install it for themselves
            await discord.slash(world.user, friends, "ask", question="Is it?")
        tree.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
        await tree.sync()
        for channel in (friends, abroad):
            interaction = await discord.slash(world.user, channel, "ask", question="Is it?")
            await interaction.done()
            assert [message.content for message in channel.messages.values()] == ["> Is it?"]
            discord.expect(50001)
            with pytest.raises(discord_py.Forbidden):
                await toy.get_partial_messageable(channel.id).send("hello")
    assert len(toy.guilds) == 1
    assert not toy.seen


async def test_an_error_of_the_server_itself_is_not_swallowed(openapi: OpenAPI | None) -> None:
    with pytest.raises(AssertionError, match="the fake Discord itself failed"):
        async with FakeDiscord(openapi=openapi) as broken:
            broken.world.dm = None  # type: ignore[method-assign, assignment]
            body = {"recipient_id": str(broken.world.user.id)}
            assert (await post(broken, "/users/@me/channels", body))[0] == 500
    with pytest.raises(AssertionError, match="does not know"):
        async with FakeDiscord(openapi=openapi) as asked:
            await post(asked, "/guilds/1/emojis", {})


async def test_what_was_refused_fails_the_test(openapi: OpenAPI | None) -> None:
    async with FakeDiscord(openapi=openapi) as server:
        path = f"/channels/{server.world.channel.id}/messages"
        status, body = await post(server, path, {"content": "@everyone"})
        assert (status, body["code"]) == (400, 50035)
        with pytest.raises(AssertionError, match="allowed_mentions"):
            server.check()
        with pytest.raises(AssertionError, match="allowed_mentions"):
            await server.until(lambda: False)
        server.expect(50035)
        server.check()
        server.expect(10062)
        with pytest.raises(AssertionError, match="never refused with"):
            server.check()
