import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord as library
import pytest
from click.testing import CliRunner

from bot.discord.account.command_sync import (
    EVERYWHERE,
    REGISTRATION_FILE,
    digest,
    register_changed_commands,
    register_commands,
)
from bot.discord.account.login import logged_in_client
from bot.discord.events.commands import definitions
from bot.terminal.cli import main
from bot.verbosity import VERBOSE
from index.errors import FootnoteError
from tests.fake_discord import FakeDiscord
from tests.support.bot_process import footnote_bot, start_here

ONE = [{"name": "one", "type": 1, "description": "The first."}]
TWO = [*ONE, {"name": "two", "type": 1, "description": "The second."}]


@asynccontextmanager
async def logged_in(discord: FakeDiscord) -> AsyncIterator[library.Client]:
    async with logged_in_client(discord.token, discord.api_base) as client:
        yield client


def puts(discord: FakeDiscord) -> list[str]:
    """Return where commands were registered, in order."""
    return [one.path for one in discord.requests if one.method == "PUT"]


def names(discord: FakeDiscord, server: int | None = None) -> list[str]:
    return [command["name"] for command in discord.commands.get(server, [])]


def test_the_digest_is_of_what_is_sent_and_of_nothing_else() -> None:
    assert digest(definitions()) == digest(definitions())
    assert digest(ONE) == digest([dict(reversed(ONE[0].items()))])
    assert digest(ONE) != digest(TWO)


async def test_only_a_change_is_registered(discord: FakeDiscord, tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    async with logged_in(discord) as client:
        await register_changed_commands(client, ONE, folder)
        await register_changed_commands(client, ONE, folder)
        assert (len(puts(discord)), names(discord)) == (1, ["one"])
        await register_changed_commands(client, TWO, folder)
        assert (len(puts(discord)), names(discord)) == (2, ["one", "two"])
    assert [path.name for path in folder.iterdir()] == [REGISTRATION_FILE]


async def test_another_application_is_another_matter(discord: FakeDiscord, tmp_path: Path) -> None:
    (tmp_path / REGISTRATION_FILE).write_text(json.dumps({"17": {EVERYWHERE: digest(ONE)}}))
    async with logged_in(discord) as client:
        await register_changed_commands(client, ONE, tmp_path)
        assert len(puts(discord)) == 1
        assert json.loads((tmp_path / REGISTRATION_FILE).read_text()) == {
            "17": {EVERYWHERE: digest(ONE)},
            str(client.application_id): {EVERYWHERE: digest(ONE)},
        }


async def test_in_one_server_to_try_them_and_then_everywhere(discord: FakeDiscord, tmp_path: Path) -> None:
    """Nobody ever sees a command twice."""
    server = discord.world.guild.id
    async with logged_in(discord) as client:
        await register_commands(client, ONE, tmp_path, str(server))
        await register_changed_commands(client, ONE, tmp_path)
        assert (names(discord), names(discord, server)) == ([], ["one"])
        await register_changed_commands(client, TWO, tmp_path)
        assert (names(discord), names(discord, server)) == ([], ["one", "two"])
        await register_commands(client, TWO, tmp_path, EVERYWHERE)
        assert (names(discord), names(discord, server)) == (["one", "two"], [])
        count = len(puts(discord))
        await register_changed_commands(client, TWO, tmp_path)
        assert len(puts(discord)) == count


async def test_a_server_that_the_bot_left_is_passed_over(discord: FakeDiscord, tmp_path: Path) -> None:
    server = discord.world.guild.id
    async with logged_in(discord) as client:
        await register_commands(client, ONE, tmp_path, str(server))
        del discord.world.guilds[server]
        discord.expect(50001)
        await register_commands(client, ONE, tmp_path, EVERYWHERE)
        assert names(discord) == ["one"]
        with pytest.raises(FootnoteError, match=f"not in server {server}"):
            await register_commands(client, ONE, tmp_path, str(server))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"\xff", b'{"1": 2}', b'{"%d": {"everywhere": 3, "x": "y"}}']
)
async def test_a_record_that_cannot_be_read_is_replaced(
    discord: FakeDiscord, tmp_path: Path, content: bytes
) -> None:
    async with logged_in(discord) as client:
        (tmp_path / REGISTRATION_FILE).write_bytes(
            content.replace(b"%d", str(client.application_id).encode())
        )
        for _ in range(2):
            await register_changed_commands(client, ONE, tmp_path)
    assert len(puts(discord)) == 1


async def test_a_failure_at_the_start_is_a_warning(
    discord: FakeDiscord,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with logged_in(discord) as client:
        discord.fail("PUT", "/commands", status=503)
        await register_changed_commands(client, ONE, tmp_path)
        discord.fail("PUT", "/commands", status=400, code=50035)
        await register_changed_commands(client, ONE, tmp_path)
        discord.slow("PUT", "/commands", 0.5)
        await register_changed_commands(client, ONE, tmp_path, timeout=0.1)
        warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert len(warnings) == 3
        assert all(line.startswith("commands not registered: ") and "\n" not in line for line in warnings)
        assert "50035" in warnings[1]
        assert "in time" in warnings[2]
        await register_changed_commands(client, ONE, tmp_path)  # what failed was not taken for done
        assert names(discord) == ["one"]


async def test_a_folder_that_cannot_be_written_is_a_warning(
    discord: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    async with logged_in(discord) as client:
        await register_changed_commands(client, ONE, tmp_path / "file")
    assert names(discord) == ["one"]
    assert "Not a directory" in caplog.text or "File exists" in caplog.text


@pytest.mark.slow
async def test_the_command_registers_and_ends(discord: FakeDiscord, tmp_path: Path) -> None:
    """No index is needed for it."""
    config = tmp_path / "config.toml"
    config.write_text(f"[discord]\napi_base = '{discord.api_base}'\ndirectory = 'bot'\n")
    server = str(discord.world.guild.id)
    async with footnote_bot(config, discord.token, "--sync", server) as process:
        assert await process.ended() == 0
    assert len(names(discord, int(server))) == len(definitions())
    registered = f"commands registered place={server} commands={len(definitions())}"
    assert [line for line in process.lines if registered in line]
    code, _ = await start_here(config, discord.token, sync="everywhere", verbosity=VERBOSE)
    assert (code, names(discord, int(server)), len(names(discord))) == (0, [], len(definitions()))
    assert discord.gateway.identified == []
    discord.expect(50001)
    code, lines = await start_here(config, discord.token, sync="123456789012345678")
    assert code == 1
    assert lines == [
        "error: Discord refuses the commands: the bot is not in server 123456789012345678, or was invited "
        "without the scope applications.commands"
    ]
    discord.fail("GET", "/users/@me", status=503)
    code, (line,) = await start_here(config, discord.token, sync="everywhere")
    assert code == 1
    assert line.startswith("error: Discord cannot be reached: DiscordServerError")


def test_what_is_no_server_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["bot", "--sync", "my-server"])
    assert result.exit_code == 2
    assert "id of a server" in result.stderr
