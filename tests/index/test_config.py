"""The library's part of the configuration file, and mistakes in it."""

from pathlib import Path

import pytest

from bot.config import BotConfig
from index.config import Config
from index.errors import ConfigurationError

VALUES = ("-1", "1e9", "''", f"'{'x' * 300}'", "true", "[]", "[-1]", "['x']", "{}", "2024-01-01T00:00:00Z")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(content: str) -> Config:
    path = Path("config.toml")
    path.write_text(content)
    return Config.read(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[answer]\ntreshold = 0.5", "answer.treshold: unknown key"),
        ("[answer]\nthreshold = '0.5'", "answer.threshold: expected a number (found '0.5')"),
        ("[answer]\nthreshold = 7", "answer.threshold: expected 1 or less (found 7)"),
        (
            "[answer]\nmaybe_threshold = 0.5",
            "answer.maybe_threshold: expected no more than threshold, which is 0.38 (found 0.5)",
        ),
        ("[answer]\nmaybe_threshold = -1", "answer.maybe_threshold: expected 0 or more (found -1)"),
        ("[answer]\nmaybe_threshold = 'no'", "answer.maybe_threshold: expected a number (found 'no')"),
        ("[answer]\nthreshold = 2\nmaybe_threshold = 0.1", "answer.threshold: expected 1 or less (found 2)"),
        ("[answer]\ncitations = 0", "answer.citations: expected 1 or more (found 0)"),
        ("[answer]\nthreshold = nan", "answer.threshold: expected 1 or less (found nan)"),
        ("[answer]\nthreshold = -inf", "answer.threshold: expected 0 or more (found -inf)"),
        ("[answer]\nthreshold = 1e400", "answer.threshold: expected 1 or less (found inf)"),
        ("[answer]\ncitations = -1", "answer.citations: expected 1 or more (found -1)"),
        (f"[answer]\ncitations = {10**30}", "answer.citations: expected 50 or less (found "),
        (f"[answer]\ncitations = {'9' * 5000}", "config.toml: a number has too many digits"),
        (f"answer = {'[' * 5000}", "nested too deeply"),
        (f"x{'.x' * 3000} = 1", "x: unknown key "),
        (
            f"[answer]\nthreshold = 0x{'f' * 9000}",
            "answer.threshold: expected a number (found a very large number)",
        ),
        ('[corpus]\ndirectory = "a\\u0000b"', "corpus.directory: expected a path: embedded null byte"),
        ('[index]\ndirectory = "~nosuchuser"', "index.directory: expected a path: "),
        (f'[index]\ndirectory = "{"a" * 5000}"', "index.directory: expected a path: its name is too long"),
        ('[model]\nencoder = "a\\u0000b"', "model.encoder: expected a path: embedded null byte"),
        ("[model]\nencoder = './nope'", "model.encoder: no such folder (found './nope')"),
        ("[model]\nencoder = '~/nope'", "model.encoder: no such folder (found '~/nope')"),
        ("[answer]\nreader = ''", "answer.reader: expected text that is not empty (found '')"),
        ("[answer]\nreader = './nope'", "answer.reader: no such folder (found './nope')"),
        (f"[answer]\n{'x' * 5000} = 1", f"answer.{'x' * 30}…{'x' * 29}: unknown key (known here: "),
        ('[answer]\n"a\\u001b[31m" = 1', r"answer.a\x1b[31m: unknown key"),
        (f"[a{'.a' * 900}]\n[a{'.a' * 900}]", " twice (at line 2, column "),
        ("corpus = 'x'", "corpus: expected a table [corpus] (found 'x')"),
        ("[corpus", "not valid TOML"),
        ("answers = 3", "answers: unknown key (known here: corpus, index, model, answer, store, writer)"),
    ],
    ids=lambda text: text[:40],
)
def test_a_mistake_is_one_line_with_file_and_key(here: Path, content: str, words: str) -> None:
    (here / "config.toml").write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        Config.read(Path("config.toml"))
    assert caught.value.message.startswith("config.toml: ")
    assert words in caught.value.message
    assert "secret" not in caught.value.message
    assert not any(word in caught.value.message for word in ("Input", "should", "validation", "pattern"))
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("value", VALUES)
def test_no_key_is_left_to_the_words_of_another_package(here: Path, value: str) -> None:
    """Whatever type of value stands at a key, what was expected is said in words of our own."""
    problems = 0
    for section, field in BotConfig.model_fields.items():
        for key in getattr(field.annotation, "model_fields", {}):
            Path("config.toml").write_text(f"[{section}]\n{key} = {value}\n")
            try:
                BotConfig.read(Path("config.toml"))
            except ConfigurationError as error:
                assert "expected " in error.message or "no such folder" in error.message
                assert "Input should" not in error.message
                problems += 1
    assert problems > 5


def test_the_library_skips_the_contact_that_front_ends_show(here: Path) -> None:
    content = "[answer]\ncontact = ' Ask in <#123> or a moderator'\nthreshold = 0.4"
    assert read(content).answer.threshold == 0.4
    assert BotConfig.read(Path("config.toml")).answer.contact == "Ask in <#123> or a moderator"


def test_a_key_is_named_with_its_file(here: Path) -> None:
    assert Config().named("index.directory") == "index.directory"
    assert read("").named("index.directory") == "config.toml: index.directory"


def test_a_file_that_cannot_be_read_is_named(here: Path) -> None:
    (here / "bytes.toml").write_bytes(b"\xff\xfe")
    for path, words in ((here, "cannot be read: Is a directory"), (here / "bytes.toml", "not UTF-8")):
        with pytest.raises(ConfigurationError) as caught:
            Config.read(path)
        assert caught.value.message == f"{path}: {words}"


def test_relative_paths_are_relative_to_the_file_that_names_them(here: Path) -> None:
    (here / "below").mkdir()
    (here / "below" / "own.toml").write_text("[corpus]\ndirectory = '../texts'\n")
    assert Config.read(Path("below/own.toml")).corpus_directory.resolve() == (here / "texts").resolve()


def test_a_model_that_is_no_folder_may_be_a_name(here: Path) -> None:
    content = "[model]\nencoder = 'nobody/no-such-model'\n"
    assert read(content).encoder == "nobody/no-such-model"
    (here / "nobody" / "no-such-model").mkdir(parents=True)
    assert read(content).encoder == str(here / "nobody" / "no-such-model")


def test_the_encoder_that_ships_is_no_folder(here: Path) -> None:
    (here / "footnote").mkdir()
    assert read("").encoder == read("[model]\nencoder = 'footnote'\n").encoder == "footnote"
    assert read("[model]\nencoder = './footnote'\n").encoder == str(here / "footnote")


def test_a_reader_is_ours_or_none_or_named(here: Path) -> None:
    assert Config().answer.reader == "footnote"
    for name in ("footnote", "none"):
        (here / name).mkdir()
        assert read(f"[answer]\nreader = '{name}'\n").named_reader is None
    content = "[answer]\nreader = 'readers/one'\n"
    assert read(content).named_reader == "readers/one"
    (here / "readers" / "one").mkdir(parents=True)
    assert read(content).named_reader == str(here / "readers" / "one")


def test_what_only_front_ends_read_is_skipped_and_anything_else_unknown_is_a_mistake(here: Path) -> None:
    content = "[discord]\nguild = 5\n[metrics]\nlisten = 0\n[index]\nwatch = 'often'\ndirectory = 'here'\n"
    assert read(content).index.directory == "here"
    with pytest.raises(ConfigurationError, match="discrod: unknown key"):
        read("[discrod]\nguild = 5\n")
    with pytest.raises(ConfigurationError, match=r"index\.wach: unknown key \(known here: directory\)"):
        read("[index]\nwach = 5\n")


def test_a_maybe_needs_four_fifths_of_the_threshold_unless_another_is_set(here: Path) -> None:
    assert Config().answer.maybe_from(0.25) == 0.2
    chosen = read("[answer]\nthreshold = 0.4\nmaybe_threshold = 0.1").answer
    assert (chosen.maybe_from(0.4), chosen.maybe_from(0.05)) == (0.1, 0.05)
    never = read("[answer]\nthreshold = 0.4\nmaybe_threshold = 0.4").answer
    assert never.maybe_from(never.threshold) == never.threshold
