from datetime import UTC, datetime
from pathlib import Path

import platformdirs
import pytest
from pydantic import ValidationError

from bot.config import Config, find_config, read_config
from index.config import Config as IndexConfig
from index.config import IndexSection, _first_problem
from index.errors import ConfigurationError
from index.llamaindex.query_engine import FootnoteQueryEngine


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
        ("[answer]\nthreshold = '0.5'", "answer.threshold: expected a number (found '0.5')"),
        ("[answer]\nthreshold = 7", "answer.threshold: expected 1 or less (found 7)"),
        ("[answer]\ncitations = 0", "answer.citations: expected 1 or more (found 0)"),
        ("[answer]\nthreshold = nan", "answer.threshold: expected 1 or less (found nan)"),
        ("[answer]\nthreshold = -inf", "answer.threshold: expected 0 or more (found -inf)"),
        ("[answer]\nthreshold = 1e400", "answer.threshold: expected 1 or less (found inf)"),
        ("[answer]\ncitations = -1", "answer.citations: expected 1 or more (found -1)"),
        (f"[answer]\ncitations = {10**30}", "answer.citations: expected 50 or less (found "),
        (f"[answer]\ncitations = {'9' * 5000}", "citations: expected a smaller number"),
        (
            f"[answer]\ncitations = 0x{'f' * 9000}",
            "answer.citations: expected 50 or less (found ",
        ),
        (f"answer = {'[' * 5000}", "nested too deeply"),
        (f"[corpus]\ndirectory{'.a' * 3000} = 1", "corpus.directory: expected text in quotation marks"),
        ('[corpus]\ndirectory = "a\\u0000b"', "corpus.directory: expected a path: embedded null byte"),
        ('[index]\ndirectory = "~nosuchuser"', "index.directory: expected a path: "),
        (f'[index]\ndirectory = "{"a" * 5000}"', "index.directory: expected a path: its name is too long"),
        ('[model]\nencoder = "a\\u0000b"', "model.encoder: expected a path: embedded null byte"),
        ("[model]\nencoder = './nope'", "model.encoder: no such folder (found './nope')"),
        ("[model]\nencoder = '~/nope'", "model.encoder: no such folder (found '~/nope')"),
        ("[answer]\nreader = ''", "answer.reader: expected text that is not empty (found '')"),
        ("[answer]\nreader = './nope'", "answer.reader: no such folder (found './nope')"),
        ("[discord]\ntoken = 'secret'", "discord.token: unknown key (the token comes from DISCORD_BOT_TOKEN"),
        ("[discord]\nguild = 5", "discord.guild: unknown key (known here: private, directory"),
        ("[discord]\nprivate = 1", "discord.private: expected true or false (found 1)"),
        ("[discord]\nqueue = 2.5", "discord.queue: expected a whole number (found 2.5)"),
        ("[discord]\nserver_questions_per_minute = 100_001", "expected 100000 or less (found 100001)"),
        ("[discord]\nshard_ids = 0", "discord.shard_ids: expected a list, as [0, 1] (found 0)"),
        ("[discord]\nshard_ids = []", "discord.shard_ids: expected one number or more (found [])"),
        ("[discord]\nshard_ids = [0]", "discord: expected shard_ids below shard_count"),
        (
            "[discord]\napi_base = ''",
            "discord.api_base: expected an http(s) address without / at its end",
        ),
        ("[discord]\napi_base = 'https://discord.com/api/'", "as https://discord.com/api/v10 (found 'https"),
        ("[discord]\napi_base = 'https://discord.com:99999/api'", "api_base: expected an http(s) address"),
        (
            "[metrics]\nlisten = '9464'",
            "listen: expected host:port, as 127.0.0.1:9464 (found '9464')",
        ),
        ("[metrics]\nlisten = '::1:9464'", "metrics.listen: expected host:port, as"),
        ("[metrics]\nlisten = 'a:٣'", "metrics.listen: expected host:port, as"),
        (
            "[metrics]\nlisten = '127.0.0.1:99999'",
            "metrics.listen: expected host:port, the port from 0 to 65535 (found '127.0.0.1:99999')",
        ),
        ("[metrics]\nlisten = 9464", "metrics.listen: expected text in quotation marks (found 9464)"),
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
    assert not any(word in caught.value.message for word in ("Input", "should", "validation", "pattern"))
    assert "\n" not in caught.value.message


def test_addresses_that_can_be_are_taken_as_they_are(here: Path) -> None:
    for listen in ("", "localhost:0", "0.0.0.0:65535", "[::1]:9464", "[::ffff:127.0.0.1]:80"):
        (here / "config.toml").write_text(f"[metrics]\nlisten = '{listen}'\n")
        assert read_config(find_config()).metrics.listen == listen
    for base in ("http://127.0.0.1:8080/api/v10", "http://[::1]:8080", "https://proxy.example.org/a/b"):
        (here / "config.toml").write_text(f"[discord]\napi_base = '{base}'\n")
        assert read_config(find_config()).discord.api_base == base


def test_no_key_is_left_to_the_words_of_another_package() -> None:
    """Whatever type of value stands at a key, what was expected is said in words of our own."""
    problems = 0
    values = (-1, 1e9, "", "x" * 300, True, [], [-1], ["x"], {}, datetime(2024, 1, 1, tzinfo=UTC))
    for section, field in Config.model_fields.items():
        for key in getattr(field.annotation, "model_fields", {}):
            for value in values:
                try:
                    Config.model_validate({section: {key: value}})
                except ValidationError as error:
                    said = _first_problem(error, Config)
                    assert "expected " in said
                    assert "Input should" not in said
                    problems += 1
    assert problems > 100


def test_an_error_that_comes_to_light_in_use_names_the_file_too(here: Path) -> None:
    assert read_config(None).named("metrics.listen") == "metrics.listen"
    (here / "config.toml").write_text("[index]\ndirectory = '.'\n")
    (here / "notes.txt").touch()
    with pytest.raises(ConfigurationError, match=r"^config\.toml: index\.directory: expected a folder of"):
        read_config(find_config()).check_index_directory()


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
