"""The unit, the image and its configuration, as far as they can be checked without systemd and Docker."""

import asyncio
import configparser
import json
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from bot.config import read_config
from bot.telemetry.health import READY, STARTING, Health, serve
from tests.support.paths import ROOT

UNIT = ROOT / "deploy" / "footnote-bot.service"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
GUIDE = (ROOT / "docs" / "discord.md").read_text("utf-8")


def settings(section: str) -> dict[str, list[str]]:
    """Read a section of the unit; a key may stand there several times."""
    found: dict[str, list[str]] = {}
    inside = False
    for line in UNIT.read_text("utf-8").splitlines():
        if line.startswith("["):
            inside = line == f"[{section}]"
        elif inside and line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def steps() -> list[tuple[str, str]]:
    """Read the instructions of the Dockerfile, each with its text on one line."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines if line)]


def test_the_unit_ends_for_good_where_the_configuration_is_wrong() -> None:
    service = settings("Service")
    assert service["Restart"] == ["on-failure"]
    assert service["RestartPreventExitStatus"] == ["78"]
    limits = settings("Unit")
    assert limits["StartLimitIntervalSec"] == ["1d"]
    assert int(limits["StartLimitBurst"][0]) * 20 < 1000  # logins a day that Discord allows, of 20 shards
    assert float(service["TimeoutStopSec"][0]) > 10  # the bot takes up to ten seconds to finish


def test_the_unit_hands_over_the_token_as_a_credential_only() -> None:
    service = settings("Service")
    assert service["LoadCredential"] == ["token:/etc/footnote/token"]
    assert "DISCORD_BOT_TOKEN_FILE=%d/token" in service["Environment"]
    assert not any("DISCORD_BOT_TOKEN=" in value for value in service["Environment"])
    assert service["DynamicUser"] == ["yes"]
    assert service["ExecStart"][0].endswith("/footnote --config /etc/footnote/config.toml bot")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_the_unit_right_and_tight(tmp_path: Path) -> None:
    program = tmp_path / "footnote"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text("utf-8").replace("/opt/footnote/.venv/bin/footnote", str(program)))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if UNIT.name in line]) == (
        0,
        [],
    )
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Unknown option" in rated.stderr or "unrecognized option" in rated.stderr:
        pytest.skip("this systemd-analyze rates no units that are not loaded")
    assert rated.returncode == 0, rated.stdout


def test_the_guides_configuration_for_systemd_is_one(tmp_path: Path) -> None:
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)):
        path = tmp_path / f"{number}.toml"
        path.write_text(block)
        read_config(path)


def test_the_image_is_small_and_runs_as_nobody_much() -> None:
    names = [name for name, _ in steps()]
    assert names.count("FROM") == 2
    assert all("-slim" in rest for name, rest in steps() if name == "FROM")
    last = dict(steps()[names.index("FROM", 1) :])
    assert last["USER"] == "10001"
    assert "--uid 10001" in last["RUN"]
    assert json.loads(last["ENTRYPOINT"]) + json.loads(last["CMD"]) == [
        "footnote",
        "bot",
        "--log-format",
        "json",
    ]
    assert "DISCORD_BOT_TOKEN" not in DOCKERFILE


def test_the_image_has_the_pinned_torch_and_a_tested_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (pinned,) = [one for one in project["dependencies"] if one.startswith("torch")]
    assert f" {pinned} " in DOCKERFILE
    version = re.search(r"FROM python:(\d+\.\d+)-slim", DOCKERFILE)
    assert version
    assert f">={version[1]}" in project["requires-python"]


def test_all_that_is_copied_is_there_and_not_ignored() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in "#"]
    copied = [
        source
        for name, rest in steps()
        if name == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]
    assert {"bot", "index", "pyproject.toml", "deploy/docker.toml"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists()
        ignored = False
        for rule in rules:
            if fnmatch(source, rule.removeprefix("!")):
                ignored = not rule.startswith("!")
        assert not ignored, source
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [Path(package["readme"])]
    for pattern in package["license-files"]:
        matching = [path.relative_to(ROOT) for path in ROOT.glob(pattern)]
        assert matching, pattern
        needed += matching
    for path in needed:
        assert {str(path), *map(str, path.parents)} & set(copied), path


def test_the_images_configuration_is_one() -> None:
    config = read_config(ROOT / "deploy" / "docker.toml")
    assert str(config.corpus_directory) == "/articles"
    state = Path(next(json.loads(rest)[0] for name, rest in steps() if name == "VOLUME"))
    assert config.index_directory.is_relative_to(state)
    assert config.bot_directory.is_relative_to(state)
    assert config.servers_directory.is_relative_to(state)


@pytest.mark.slow
async def test_the_health_check_asks_where_the_image_listens() -> None:
    """Run its very command, against the address of a bot that is ready, and of one that is not."""
    (check,) = [rest for name, rest in steps() if name == "HEALTHCHECK"]
    _, *arguments = json.loads(check[check.index("[") :])
    listen = read_config(ROOT / "deploy" / "docker.toml").metrics.listen
    assert f"http://{listen}/healthz" in arguments[-1]
    for state, code in ((READY, 0), (STARTING, 1)):
        async with serve("127.0.0.1:0", CollectorRegistry(), lambda state=state: Health(state)) as address:
            assert address
            command = [argument.replace(listen, address) for argument in arguments]
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, stderr=asyncio.subprocess.DEVNULL
            )
            assert await process.wait() == code


def test_the_units_keys_are_no_typing_errors() -> None:
    """For where systemd-analyze is not installed."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT)
    assert parser.sections() == ["Unit", "Service", "Install"]
    assert parser["Install"]["WantedBy"] == "multi-user.target"
    for key in ("NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome", "RestrictNamespaces"):
        assert parser["Service"][key] == "yes"
    assert parser["Service"]["ProtectSystem"] == "strict"
    assert parser["Service"]["CapabilityBoundingSet"] == ""
