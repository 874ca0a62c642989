from pathlib import Path

import platformdirs
import pytest

from bot.config import Config, find_config, read_config
from index.errors import ConfigurationError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with an empty configuration folder and environment."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("FOOTNOTE_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    return folder


def test_the_file_is_looked_up_in_the_promised_order(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_config() is None
    user = platformdirs.user_config_path("footnote") / "config.toml"
    user.parent.mkdir(parents=True)
    user.touch()
    assert find_config() == user
    (here / "config.toml").touch()
    assert find_config() == Path("config.toml")
    monkeypatch.setenv("FOOTNOTE_CONFIG", "named.toml")
    assert find_config() == Path("named.toml")
    assert find_config(Path("option.toml")) == Path("option.toml")


def test_an_empty_variable_names_no_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_CONFIG", "")
    assert find_config() is None


def test_without_a_file_the_defaults_stand_in_the_current_folder(here: Path) -> None:
    config = read_config(None)
    assert config.corpus_directory == here / "corpus"
    assert config.index_directory == here / ".footnote"


def test_relative_paths_are_relative_to_the_file_that_names_them(here: Path) -> None:
    (here / "below").mkdir()
    (here / "below" / "own.toml").write_text("[corpus]\ndirectory = '../texts'\n")
    assert read_config(Path("below/own.toml")).corpus_directory.resolve() == (here / "texts").resolve()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[answer]\ntreshold = 0.5", "answer.treshold: unknown key"),
        ("[answer]\nthreshold = '0.5'", "answer.threshold: Input should be a valid number"),
        ("[answer]\nthreshold = 7", "answer.threshold: Input should be less than or equal to 1"),
        ("[answer]\ncitations = 0", "answer.citations: Input should be greater than or equal to 1"),
        ("[discord]\ntoken = 'secret'", "discord.token: unknown key"),
        ("[corpus", "not valid TOML"),
        ("answers = 3", "answers: unknown key (known here: corpus, index, model, answer, discord)"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(here: Path, content: str, words: str) -> None:
    (here / "config.toml").write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        read_config(find_config())
    assert caught.value.message.startswith("config.toml: ")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_an_empty_discord_section_is_known() -> None:
    assert Config.model_validate({"discord": {}}).discord == Config().discord
