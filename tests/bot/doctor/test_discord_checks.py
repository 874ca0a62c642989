import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from discord import Permissions

from bot.config import BotConfig, DiscordSection, MetricsSection, WebSection
from bot.discord.account import login
from bot.discord.account.permissions import invite_link, permissions
from bot.doctor.check import Check
from bot.doctor.discord_checks import (
    ask_discord,
    examine_address,
    examine_discord,
    examine_feedback,
    examine_metrics,
    examine_servers,
)
from bot.doctor.examination import examine
from index.errors import ConfigurationError
from tests.fake_discord import FakeDiscord
from tests.support.bots import bot_config
from tests.support.paths import ROOT

Told = Callable[..., Any]


async def asked(discord: FakeDiscord, tmp_path: Path, token: str | None = None) -> dict[str, Check]:
    config = bot_config(tmp_path, tmp_path, discord)
    return {check.check: check for check in await ask_discord(config, token or discord.token)}


async def test_all_is_well_and_the_bot_can_be_invited(discord: FakeDiscord, tmp_path: Path) -> None:
    checks = await asked(discord, tmp_path)
    assert list(checks) == ["discord", "intents", "permissions", "invite link"]
    assert {check.status for check in checks.values()} == {"ok"}
    assert str(discord.world.application_id) in checks["discord"].detail
    assert "1 server;" in checks["permissions"].detail
    assert checks["invite link"].detail.endswith(invite_link(discord.world.application_id))
    assert discord.gateway.identified == []


async def test_in_no_server_yet(discord: FakeDiscord, tmp_path: Path) -> None:
    discord.world.guilds.clear()
    assert (await asked(discord, tmp_path))["servers"].status == "warn"


def test_what_is_missing_is_named_by_server() -> None:
    poor = permissions()
    poor.update(embed_links=False, read_message_history=False)
    checks = list(examine_servers([("Bees", poor), ("Bridges", permissions()), ("Mine", Permissions.all())]))
    assert [check.status for check in checks] == ["ok", "warn"]
    assert "2 servers" in checks[0].detail
    assert checks[1].detail == "missing in Bees: Embed Links, Read Message History"
    assert checks[1].remedy


def test_many_servers_are_not_all_named() -> None:
    checks = list(examine_servers([(f"Server {number}", Permissions.none()) for number in range(500)]))
    assert len(checks) == 21
    assert "480 more servers" in checks[-1].detail


async def test_more_servers_than_one_request_lists(discord: FakeDiscord, tmp_path: Path) -> None:
    for number in range(250):
        discord.world.add_guild(f"Server {number}")
    assert "251 servers" in (await asked(discord, tmp_path))["permissions"].detail
    assert sum(one.path == "/users/@me/guilds" for one in discord.requests) == 2


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"interactions_endpoint_url": "https://example.org/hook"}, "interactions"),
        ({"bot_require_code_grant": True}, "invitation"),
    ],
)
async def test_settings_of_the_application_that_keep_the_bot_from_working(
    discord: FakeDiscord, tmp_path: Path, change: dict[str, Any], check: str
) -> None:
    discord.application_settings = change
    found = (await asked(discord, tmp_path))[check]
    assert found.status == "fail"
    assert "developer portal" in found.remedy


async def test_a_refused_token_and_a_discord_out_of_reach(discord: FakeDiscord, tmp_path: Path) -> None:
    discord.expect(0)
    with pytest.raises(ConfigurationError, match="refused"):
        await asked(discord, tmp_path, f"{discord.token}x")
    discord.fail("GET", "/users/@me", status=503)
    with pytest.raises(Exception) as caught:
        await asked(discord, tmp_path)
    assert login.is_temporary(caught.value)
    assert login.unreachable_message(caught.value).startswith(
        "Discord cannot be reached: DiscordServerError: 503"
    )


def test_the_command_asks_nobody_where_the_token_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "hunter2")
    (check,) = examine_discord(None)  # type: ignore[arg-type]
    assert (check.check, check.status) == ("token", "fail")
    assert "hunter2" not in check.detail


@pytest.mark.slow
def test_the_command_says_that_discord_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[discord]\napi_base = 'http://127.0.0.1:9/api/v10'\n")
    token = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4", "GaBcDe", "abcdefghijklmnopqrstuvwxyz0123456789ab"))
    run = subprocess.run(
        [sys.executable, "-m", "bot", "doctor", "--json"],
        cwd=tmp_path,
        env={
            **os.environ,
            "DISCORD_BOT_TOKEN": token,
            "PYTHONPATH": f"{ROOT}:{os.environ['PYTHONPATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    checks = {check["check"]: check for check in json.loads(run.stdout)}
    assert checks["token"]["status"] == "ok"
    assert checks["discord"]["status"] == "warn"
    assert checks["discord"]["detail"].startswith("Discord cannot be reached: ")
    assert token not in run.stdout + run.stderr


def test_the_folder_of_the_feedback_is_looked_at_and_not_made(tmp_path: Path) -> None:
    config = BotConfig(base=tmp_path)
    check = examine_feedback(config)
    assert (check.check, check.status) == ("feedback", "ok")
    assert "no verdicts" in check.detail or "0 verdicts" in check.detail
    assert list(tmp_path.iterdir()) == []
    config.bot_directory.mkdir()
    (config.bot_directory / "feedback.sqlite").write_bytes(b"not a database" * 100)
    check = examine_feedback(config)
    assert check.status == "fail"
    assert "feedback.sqlite" in check.detail


def test_a_folder_that_cannot_be_written_to_fails(tmp_path: Path) -> None:
    """Also where it would have to be made below a file."""
    (tmp_path / "file").touch()
    check = examine_feedback(BotConfig(base=tmp_path, discord=DiscordSection(directory="file/bot")))
    assert check.status == "fail"
    assert f"{tmp_path / 'file'} cannot be written to" in check.detail


def test_the_address_of_the_metrics_is_taken_for_a_moment() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        config = BotConfig(metrics=MetricsSection(listen=listen))
        taken = examine_metrics(config)
        assert (taken.status, taken.detail) == ("warn", f"{listen}: address already in use")
        assert "Footnote is running there" in taken.remedy
        assert examine_address("web", listen).check == "web"
    for _ in range(2):
        assert examine_metrics(config) == Check("metrics", "ok", f"{listen} is free")


@pytest.mark.parametrize("listen", ["192.0.2.1:9464", "no.such.host.invalid:9464", f"{'a' * 70}:9464"])
def test_an_address_that_is_none_of_this_machine_fails(listen: str) -> None:
    check = examine_metrics(BotConfig(metrics=MetricsSection(listen=listen)))
    assert check.status == "fail"
    assert check.detail.startswith(f"{listen}: ")
    assert "[metrics] listen" in check.remedy


@pytest.mark.slow
def test_the_doctor_looks_at_addresses_only_where_they_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISCORD_BOT_TOKEN", raising=False)
    monkeypatch.delenv("DISCORD_BOT_TOKEN_FILE", raising=False)
    for listen, named in (("192.0.2.1:9464", ["metrics", "web"]), ("", [])):
        config = BotConfig(
            base=tmp_path, metrics=MetricsSection(listen=listen), web=WebSection(listen=listen)
        )
        checks = [check.check for check in examine(config, None) if check.check in ("metrics", "web")]
        assert checks == named
