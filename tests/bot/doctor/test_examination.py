"""`footnote doctor` from the first check to the last."""

from pathlib import Path

import pytest

from index.models import model_folders
from tests.support.homes import Home


def statuses(home: Home, *arguments: str) -> dict[str, str]:
    return {check["check"]: check["status"] for check in home.footnote("doctor", "--json", *arguments).json}


@pytest.mark.slow
def test_all_is_well(built_home: Home) -> None:
    run = built_home.footnote("doctor")
    assert (run.code, run.err) == (0, "")
    assert [line.split("  ")[0] for line in run.out.splitlines()] == ["ok"] * 8
    assert str(built_home.config) in run.out
    assert "2 files" in run.out
    assert "2 articles, 19 sentences" in run.out
    assert "DISCORD_BOT_TOKEN" in run.out  # not set up, which is well too


@pytest.mark.slow
def test_a_missing_index_and_an_outdated_one_are_warnings_with_the_remedy(home: Home) -> None:
    (home.corpus / "new.txt").write_text("Something new.")
    run = home.footnote("doctor")
    assert run.code == 0
    assert "warn up to date" in run.out
    assert "Run `footnote index`." in run.out
    (home.index / "current").unlink()
    found = statuses(home)
    assert found["index"] == "warn"
    assert "up to date" not in found  # once is enough


@pytest.mark.slow
def test_a_damaged_index_fails_with_the_remedy(home: Home) -> None:
    (home.generation / "articles.sqlite").unlink()
    run = home.footnote("doctor")
    assert run.code == 1
    assert "fail index " in run.out
    assert "footnote index" in run.out


@pytest.mark.slow
def test_without_a_file_the_defaults_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built_home: Home
) -> None:
    from click.testing import CliRunner

    from bot.terminal.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOOTNOTE_CONFIG", raising=False)
    result = CliRunner().invoke(main, ["doctor"])
    assert f"no file found: the defaults, in {tmp_path}" in result.stdout
    assert result.exit_code == 1  # there is no corpus


@pytest.mark.slow
def test_only_fetch_fetches_and_first(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(model_folders, "fetch_encoder", fetched.append)
    home.config.unlink()
    home.config.write_text("[model]\nencoder = 'nobody/no-such-model'\n")
    assert home.footnote("doctor").code == 1
    assert fetched == []
    run = home.footnote("doctor", "--fetch")
    assert fetched == ["nobody/no-such-model"]
    assert run.err.startswith("Downloading nobody/no-such-model …\n")


@pytest.mark.slow
def test_the_default_models_are_never_fetched(built_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(model_folders, "fetch_encoder", fetched.append)
    run = built_home.footnote("doctor", "--fetch")
    assert (run.code, run.err, fetched) == (0, "", [])
