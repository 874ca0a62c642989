from pathlib import Path

import platformdirs
import pytest

from bot.config import Config, find_config, read_config
from index.config import Config as IndexConfig
from index.config import IndexSection
from index.errors import ConfigurationError
from index.llamaindex import FootnoteQueryEngine


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
        ("[answer]\nthreshold = nan", "answer.threshold: Input should be less than or equal to 1"),
        ("[answer]\nthreshold = -inf", "answer.threshold: Input should be greater than or equal to 0"),
        ("[answer]\nthreshold = 1e400", "answer.threshold: Input should be less than or equal to 1"),
        ("[answer]\ncitations = -1", "answer.citations: Input should be greater than or equal to 1"),
        (f"[answer]\ncitations = {10**30}", "answer.citations: Input should be less than or equal to 50"),
        (f"[answer]\ncitations = {'9' * 5000}", "citations: Input should be a smaller number"),
        (
            f"[answer]\ncitations = 0x{'f' * 9000}",
            "answer.citations: Input should be less than or equal to 50",
        ),
        (f"answer = {'[' * 5000}", "nested too deeply"),
        (f"[corpus]\ndirectory{'.a' * 3000} = 1", "corpus.directory: Input should be a valid string"),
        ('[corpus]\ndirectory = "a\\u0000b"', "corpus.directory: Input should be a path: embedded null byte"),
        ('[index]\ndirectory = "~nosuchuser"', "index.directory: Input should be a path: "),
        (f'[index]\ndirectory = "{"a" * 5000}"', "index.directory: Input should be a path: name too long"),
        ('[model]\nencoder = "a\\u0000b"', "model.encoder: Input should be a path: embedded null byte"),
        ("[model]\nencoder = './nope'", "model.encoder: no such folder (found './nope')"),
        ("[model]\nencoder = '~/nope'", "model.encoder: no such folder (found '~/nope')"),
        ("[answer]\nreader = ''", "answer.reader: String should have at least 1 character"),
        ("[answer]\nreader = './nope'", "answer.reader: no such folder (found './nope')"),
        ("[discord]\ntoken = 'secret'", "discord.token: unknown key (the token comes from DISCORD_BOT_TOKEN"),
        ("[discord]\nguild = 5", "discord.guild: unknown key (known here: private, directory"),
        ("corpus = 'x'", "corpus: expected a table [corpus] (found 'x')"),
        ("[corpus", "not valid TOML"),
        ("answers = 3", "answers: unknown key (known here: corpus, index, model, answer, discord, metrics)"),
    ],
    ids=lambda text: text[:40],
)
def test_a_mistake_is_one_line_with_file_and_key(here: Path, content: str, words: str) -> None:
    (here / "config.toml").write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        read_config(find_config())
    assert caught.value.message.startswith("config.toml: ")
    assert words in caught.value.message
    assert "secret" not in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_cannot_be_read_is_named(here: Path) -> None:
    (here / "bytes.toml").write_bytes(b"\xff\xfe")
    for path, words in ((here, "cannot be read: Is a directory"), (here / "bytes.toml", "not UTF-8")):
        with pytest.raises(ConfigurationError) as caught:
            read_config(path)
        assert caught.value.message == f"{path}: {words}"


@pytest.mark.parametrize("directory", [".", "corpus", "notes", ".."])
def test_an_index_among_other_files_is_refused(here: Path, directory: str) -> None:
    (here / "corpus").mkdir()
    (here / "notes").mkdir()
    (here / "notes" / "list.txt").touch()
    config = Config(base=here, index=IndexSection(directory=directory))
    with pytest.raises(ConfigurationError, match=r"index\.directory: expected a folder of the index's own"):
        config.check_index_directory()


def test_an_index_has_an_empty_folder_an_index_or_none_at_all(here: Path) -> None:
    (here / "empty").mkdir()
    (here / "old" / "generations").mkdir(parents=True)
    (here / "old" / ".gitignore").touch()
    for directory in ("empty", "old", "none", "corpus/.footnote"):
        Config(base=here, index=IndexSection(directory=directory)).check_index_directory()


def test_a_model_that_is_no_folder_may_be_a_name(here: Path) -> None:
    (here / "config.toml").write_text("[model]\nencoder = 'nobody/no-such-model'\n")
    assert read_config(find_config()).encoder == "nobody/no-such-model"
    (here / "nobody" / "no-such-model").mkdir(parents=True)
    assert read_config(find_config()).encoder == str(here / "nobody" / "no-such-model")


def test_a_reader_is_ours_or_none_or_named(here: Path) -> None:
    assert read_config(None).answer.reader == "footnote"
    for name in ("footnote", "none"):
        (here / name).mkdir()
        (here / "config.toml").write_text(f"[answer]\nreader = '{name}'\n")
        assert read_config(find_config()).named_reader is None
    (here / "config.toml").write_text("[answer]\nreader = 'readers/one'\n")
    assert read_config(find_config()).named_reader == "readers/one"
    (here / "readers" / "one").mkdir(parents=True)
    assert read_config(find_config()).named_reader == str(here / "readers" / "one")


def test_an_empty_discord_section_is_known() -> None:
    assert Config.model_validate({"discord": {}}).discord == Config().discord


def test_the_index_alone_knows_unknown_sections_from_those_of_front_ends(
    here: Path,
) -> None:
    path = here / "config.toml"
    path.write_text("[anwser]\nthreshold = 0.5\n")
    with pytest.raises(ConfigurationError, match="anwser: unknown key"):
        FootnoteQueryEngine.from_config(path)
    path.write_text("[discord]\nguild = 5\n")
    assert IndexConfig.read(path).answer == IndexConfig().answer
