import pickle
from pathlib import Path

import platformdirs
import pytest

from bot.config import BotConfig, find_config, read_config
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[answer]\ncontact = 5", "answer.contact: expected text in quotation marks (found 5)"),
        (f"[answer]\ncontact = '{'x' * 201}'", "answer.contact: expected 200 characters or fewer (found 'xx"),
        ('[answer]\ncontact = "Ask\\nus"', "answer.contact: expected one line of visible text, as"),
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
        (
            "[discord]\napi_base = 'http://proxy.example.org/api'",
            "api_base: expected https://; http:// only to",
        ),
        (
            "[discord]\napi_base = 'http://127.0.0.1.example.org'",
            "api_base: expected https://; http:// only to",
        ),
        ("[discord]\napi_base = 'http://10.0.0.1/api'", "expected https://; http:// only to this"),
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
        ("[index]\nwatch = -1", "index.watch: expected 0 or more (found -1)"),
        ("[index]\nwach = 1", "index.wach: unknown key (known here: directory, watch)"),
        (
            "answers = 3",
            "answers: unknown key (known here: corpus, index, model, answer, store, writer, chat, discord,",
        ),
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
    for base in (
        "http://127.0.0.1:8080/api/v10",
        "http://localhost:1/a",
        "http://[::1]:8080",
        "https://proxy.example.org/a/b",
    ):
        (here / "config.toml").write_text(f"[discord]\napi_base = '{base}'\n")
        assert read_config(find_config()).discord.api_base == base


def test_an_empty_discord_section_is_known() -> None:
    assert BotConfig.model_validate({"discord": {}}).discord == BotConfig().discord


def test_the_whole_file_is_read_by_the_front_ends(here: Path) -> None:
    (here / "config.toml").write_text("[index]\nwatch = 5\ndirectory = 'there'\n[discord]\nqueue = 2\n")
    config = read_config(find_config())
    assert (config.index.watch, config.index.directory, config.discord.queue) == (5, "there", 2)


@pytest.mark.parametrize(("refresh", "seconds"), [("", 0), ("30m", 1_800), ("12h", 43_200), ("1d", 86_400)])
def test_the_time_between_two_refreshes_is_a_number_with_its_unit(
    here: Path, refresh: str, seconds: int
) -> None:
    (here / "config.toml").write_text(f'[corpus]\nrefresh = "{refresh}"\n')
    assert read_config(find_config()).corpus.refresh_seconds == seconds


@pytest.mark.parametrize("refresh", ["1", "0d", "d", "1 d", "daily", "-1d", "1w", "99999d"])
def test_another_time_between_two_refreshes_is_refused(here: Path, refresh: str) -> None:
    (here / "config.toml").write_text(f'[corpus]\nrefresh = "{refresh}"\n')
    with pytest.raises(ConfigurationError, match=r"corpus\.refresh: expected a time, as 1d"):
        read_config(find_config())


@pytest.mark.parametrize(
    ("corpus", "servers"),
    [
        ("corpus", "corpus/servers"),
        (".", "servers"),
        ("servers/1/corpus", "servers"),
        ("corpus", ".footnote"),
    ],
)
def test_articles_of_servers_lie_apart_from_the_common_ones(here: Path, corpus: str, servers: str) -> None:
    text = f"[corpus]\ndirectory = '{corpus}'\nservers = '{servers}'\n"
    (here / "config.toml").write_text(text)
    read_config(find_config())  # servers have none
    (here / "config.toml").write_text(text + "[discord]\nlibraries = 'per-server'\n")
    with pytest.raises(ConfigurationError, match=r"^config.toml: \[corpus\] servers and \[(corpus|index)\]"):
        read_config(find_config())


def test_a_server_has_folders_of_its_own_and_no_hosts_of_the_owner(here: Path) -> None:
    (here / "config.toml").write_text(
        "[corpus]\nallow_hosts = ['wiki.intranet']\n[discord]\nlibraries = 'per-server'\n"
    )
    common = read_config(find_config())
    config = pickle.loads(pickle.dumps(common.of_server(1200)))  # noqa: S301
    folder = Path.cwd() / "servers" / "1200"
    assert (config.server, config.server_directory, config.feedback_directory) == (1200, folder, folder)
    assert (config.corpus_directory, config.index_directory) == (folder / "corpus", folder / "index")
    assert config.corpus.allow_hosts == []
    assert config.common == common
    assert config.models_from == common.index_directory
    assert config.bot_directory == common.bot_directory == common.feedback_directory
    assert (common.server, common.common, common.models_from) == (None, None, None)


def test_libraries_are_common_or_of_servers(here: Path) -> None:
    (here / "config.toml").write_text("[discord]\nlibraries = 'own'\n")
    with pytest.raises(ConfigurationError, match=r"libraries: expected 'common' or 'per-server'"):
        read_config(find_config())
