import logging
import os
from pathlib import Path

import pytest

from bot.discord.account.token import is_configured, read_token, remove_token
from index.errors import ConfigurationError

TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4", "GaBcDe", "abcdefghijklmnopqrstuvwxyz0123456789ab"))


def written(path: Path, content: bytes, mode: int = 0o600) -> dict[str, str]:
    path.write_bytes(content)
    path.chmod(mode)
    return {"DISCORD_BOT_TOKEN_FILE": str(path)}


def fault(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_token(environment)
    said = f"{caught.value.message}{caught.value.remedy}"
    assert "\n" not in said
    return said


def test_it_comes_from_the_environment_before_the_file(tmp_path: Path) -> None:
    environment = written(tmp_path / "token", b"other")
    assert read_token(environment | {"DISCORD_BOT_TOKEN": f" {TOKEN}\n"}) == TOKEN


@pytest.mark.parametrize("content", [TOKEN, f"{TOKEN}\n", f"\ufeff{TOKEN}\r\n\r\n", f"  {TOKEN}  "])
def test_white_space_around_it_in_a_file_is_dropped(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert read_token(written(tmp_path / "token", content.encode())) == TOKEN
    assert caplog.records == []


def test_removed_it_is_in_the_environment_of_no_child() -> None:
    environment = {"DISCORD_BOT_TOKEN": TOKEN, "DISCORD_BOT_TOKEN_FILE": "/token", "PATH": "/bin"}
    remove_token(environment)
    assert environment == {"PATH": "/bin"}
    remove_token(environment)


def test_without_one_both_variables_are_named() -> None:
    assert not is_configured({"DISCORD_BOT_TOKEN": ""})
    said = fault({"DISCORD_BOT_TOKEN": "", "DISCORD_BOT_TOKEN_FILE": ""})
    assert "DISCORD_BOT_TOKEN," in said
    assert "DISCORD_BOT_TOKEN_FILE" in said


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ("   ", "empty"),
        (f'"{TOKEN}"', "quotation marks"),
        (f"Bot {TOKEN}", 'leave out "Bot"'),
        (TOKEN.replace(".", " "), "white space"),
        (f"{TOKEN[:30]}\n{TOKEN[30:]}", "white space"),
        ("x" * 32, "found 32 characters in 1"),
        (TOKEN.replace("G", "é"), "other characters than letters"),
        (TOKEN[:24], "found 24 characters in 1"),
        (f"{TOKEN}.x", "in 4"),
        (f"x.{TOKEN[25:]}", "its first part is too short: 1 character, expected 18 or more"),
        (TOKEN.replace("GaBcDe", "Ga"), "its second part is too short: 2 characters, expected 4 or more"),
        (TOKEN[:-25], "its third part is too short: 13 characters, expected 20 or more"),
        (f"DISCORD_BOT_TOKEN={TOKEN}", "the token alone, without DISCORD_BOT_TOKEN= before it"),
        (f"export DISCORD_BOT_TOKEN='{TOKEN}'", "the token alone, without DISCORD_BOT_TOKEN= before it"),
        (f"# secrets\nA=1\nDISCORD_BOT_TOKEN={TOKEN}\n", "the token alone"),
        ("a" * 5000, "too long"),
    ],
)
def test_what_cannot_be_one_is_refused_and_never_shown(tmp_path: Path, found: str, why: str) -> None:
    for environment in ({"DISCORD_BOT_TOKEN": found}, written(tmp_path / "token", found.encode())):
        said = fault(environment)
        assert why in said
        assert said.startswith(next(iter(environment)))
        assert found.strip() == "" or found not in said
        assert TOKEN[30:] not in said


def test_a_file_that_is_not_there_or_no_file_or_not_to_be_read(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    said = fault({"DISCORD_BOT_TOKEN_FILE": str(absent)})
    assert said == f"DISCORD_BOT_TOKEN_FILE: {absent}: No such file or directory"
    assert "Is a directory" in fault({"DISCORD_BOT_TOKEN_FILE": str(tmp_path)})
    assert "empty" in fault(written(tmp_path / "token", b"\n"))
    assert "three parts" in fault(written(tmp_path / "binary", bytes(range(128, 192))))
    assert "too long" in fault({"DISCORD_BOT_TOKEN_FILE": "/dev/zero"})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission(tmp_path: Path) -> None:
    assert "Permission denied" in fault(written(tmp_path / "token", TOKEN.encode(), 0o000))


@pytest.mark.parametrize(("mode", "warned"), [(0o400, False), (0o640, False), (0o644, True), (0o604, True)])
def test_a_file_that_everybody_can_read_is_warned_of(
    tmp_path: Path, mode: int, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "token"
    with caplog.at_level(logging.WARNING):
        assert read_token(written(path, TOKEN.encode(), mode)) == TOKEN
    assert [f"chmod 600 {path}" in record.getMessage() for record in caplog.records] == [True] * warned
    assert TOKEN not in caplog.text
