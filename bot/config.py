"""Configuration of the front ends: the library's sections and their own, and where the file is found."""

import os
import re
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import override

from bot.wording import safe
from index.config import AnswerSection, Config, CorpusSection, IndexSection
from index.config_section import PathText, Section

# A scheme, a host and perhaps a path, but no user, query, fragment or final slash: https://discord.com/api/v10
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?[^\s/?#]")
# A host and a port: 127.0.0.1:9464, localhost:9464, [::1]:9464
_LISTEN = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:/]+):([0-9]{1,5})")

# A number of days, hours or minutes: 1d, 12h, 30m
_INTERVAL = re.compile(r"[1-9][0-9]{0,3}[dhm]")
COMMON, PER_SERVER = "common", "per-server"
"""Values of `[discord] libraries`."""

_SECONDS = MappingProxyType({"d": 86_400, "h": 3_600, "m": 60})


def _check_web_address(value: str) -> str:
    try:
        fits = _WEB_ADDRESS.fullmatch(value) and urlsplit(value).port != 0
    except ValueError:  # an impossible port, or an impossible number in brackets
        fits = False
    if fits:
        return value
    raise PydanticCustomError(
        "web_address", "expected an http(s) address without / at its end, as https://discord.com/api/v10"
    )


def _check_api_base(value: str) -> str:
    """Refuse an address to which the token would go unencrypted, unless it stays on this machine."""
    if is_encrypted_or_local(_check_web_address(value)):
        return value
    raise PydanticCustomError("api_base", "expected https://; http:// only to this machine, as 127.0.0.1")


def is_encrypted_or_local(address: str) -> bool:
    """Tell whether nobody on the way to an address can read what is sent there: TLS, or this machine."""
    parts = urlsplit(address)
    if parts.scheme in ("https", "wss"):
        return True
    host = parts.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check_listen(value: str) -> str:
    match = _LISTEN.fullmatch(value)
    if value and not match:
        raise PydanticCustomError("listen", "expected host:port, as 127.0.0.1:9464")
    if match and int(match[2]) > 65535:
        raise PydanticCustomError("listen", "expected host:port, the port from 0 to 65535")
    return value


def is_listen_address(value: str) -> bool:
    """Tell whether a text is a host and a port."""
    match = _LISTEN.fullmatch(value)
    return match is not None and int(match[2]) <= 65535


def _check_public(value: str) -> str:
    return _check_web_address(value) if value else value


def _check_contact(value: str) -> str:
    if safe(value) != value:
        raise PydanticCustomError("contact", "expected one line of visible text, as 'Ask a moderator'")
    return value.strip()


def _check_interval(value: str) -> str:
    if value and not _INTERVAL.fullmatch(value):
        raise PydanticCustomError("interval", "expected a time, as 1d, 12h or 30m")
    return value


def _check_libraries(value: str) -> str:
    if value not in (COMMON, PER_SERVER):
        raise PydanticCustomError("libraries", "expected 'common' or 'per-server'")
    return value


class RefreshedCorpusSection(CorpusSection):
    """Where the articles are, and how often a running bot asks for those again that were fetched."""

    servers: Annotated[
        PathText, Field(description="folder of the libraries of single servers, each in one named by its id")
    ] = "servers"
    refresh: Annotated[
        str, Field(description="time between two refreshes; empty: none"), AfterValidator(_check_interval)
    ] = ""

    @property
    def refresh_seconds(self) -> int:
        """Seconds between two refreshes, 0 if there are none."""
        return int(self.refresh[:-1]) * _SECONDS[self.refresh[-1]] if self.refresh else 0


class WatchedIndexSection(IndexSection):
    """Where the index is kept, and how closely a running bot follows the articles."""

    watch: Annotated[
        float,
        Field(ge=0, le=86_400, description="seconds between two checks for changed articles; 0: none"),
    ] = 30


class AnswerAndContactSection(AnswerSection):
    """How questions are answered, and whom to ask where the articles do not say."""

    contact: Annotated[
        str,
        Field(max_length=200, description="shown where the articles do not say; Discord's markup works"),
        AfterValidator(_check_contact),
    ] = ""


class ChatSection(Section):
    """How questions are asked one after the other in a terminal."""

    history: Annotated[bool, Field(description="what is typed is kept in a file for the next time")] = True


class DiscordSection(Section):
    """How the Discord bot behaves; its token comes from the environment only."""

    elsewhere = MappingProxyType({"token": "the token comes from DISCORD_BOT_TOKEN, never from this file"})

    private: Annotated[bool, Field(description="answers are shown to the asker only, unless asked")] = False
    directory: Annotated[
        PathText,
        Field(description="folder of feedback, library log and registered commands; worth a backup"),
    ] = ".footnote-bot"
    questions_per_minute: Annotated[int, Field(ge=0, le=10_000, description="of one person; 0: any")] = 10
    server_questions_per_minute: Annotated[int, Field(ge=0, le=100_000, description="0: any")] = 120
    queue: Annotated[int, Field(ge=1, le=100_000, description="questions that may wait")] = 256
    batch: Annotated[int, Field(ge=1, le=256, description="questions computed together at most")] = 16
    deadline: Annotated[float, Field(ge=1, le=240, description="seconds until an answer is given up")] = 30
    log_questions: Annotated[bool, Field(description="questions are written to the log")] = False
    keep_unanswered: Annotated[bool, Field(description="questions without an answer are stored")] = False
    keep_days: Annotated[int, Field(ge=1, le=3650, description="days until these questions are deleted")] = 90
    libraries: Annotated[
        str,
        Field(description="common: all servers have the same articles; per-server: each its own, too"),
        AfterValidator(_check_libraries),
    ] = COMMON
    server_articles: Annotated[
        int, Field(ge=0, le=1_000_000, description="in a server's own library at most; 0: any")
    ] = 1_000
    server_characters: Annotated[
        int, Field(ge=0, le=10**10, description="in a server's own library at most; 0: any")
    ] = 10_000_000
    server_megabytes: Annotated[
        int, Field(ge=0, le=10**7, description="of a server's articles and its .trash at most; 0: any")
    ] = 1_000
    server_additions_per_day: Annotated[
        int, Field(ge=0, le=1_000_000, description="by members, to a server's own library; 0: any")
    ] = 200
    library_role: Annotated[
        str, Field(max_length=100, description="name or id of the role that may change the library, too")
    ] = ""
    learn_answers: Annotated[
        bool, Field(description="whoever may change the library can answer below refusals that all see")
    ] = False
    name_authors: Annotated[bool, Field(description="articles of what members wrote name their authors")] = (
        False
    )
    shard_count: Annotated[int | None, Field(ge=1, le=10_000, description="None: Discord's advice")] = None
    shard_ids: Annotated[
        list[Annotated[int, Field(ge=0)]] | None, Field(min_length=1, description="this process's; None: all")
    ] = None
    api_base: Annotated[str, Field(description="Discord's HTTP API"), AfterValidator(_check_api_base)] = (
        "https://discord.com/api/v10"
    )

    @model_validator(mode="after")
    def _shards_fit(self) -> Self:
        if self.shard_ids is not None and (
            self.shard_count is None or max(self.shard_ids) >= self.shard_count
        ):
            raise PydanticCustomError(
                "shard_ids", "expected shard_ids below shard_count, and shard_count with them"
            )
        return self


class MetricsSection(Section):
    """Where the bot's metrics and health can be read."""

    listen: Annotated[str, Field(description="host:port; empty: nowhere"), AfterValidator(_check_listen)] = ""


class WebSection(Section):
    """The reading room: where it listens, where people reach it, and how often they may ask."""

    elsewhere = MappingProxyType({"token": "the token comes from FOOTNOTE_WEB_TOKEN, never from this file"})

    listen: Annotated[
        str, Field(description="host:port; empty: only by `footnote serve`"), AfterValidator(_check_listen)
    ] = ""
    public_url: Annotated[
        str, Field(description="address that people reach it at; empty: none"), AfterValidator(_check_public)
    ] = ""
    questions_per_minute: Annotated[int, Field(ge=0, le=10_000, description="of one address; 0: any")] = 20
    all_questions_per_minute: Annotated[int, Field(ge=0, le=100_000, description="0: any")] = 240


class BotConfig(Config):
    """The whole configuration file, including what only front ends read."""

    corpus: RefreshedCorpusSection = RefreshedCorpusSection()
    index: WatchedIndexSection = WatchedIndexSection()
    answer: AnswerAndContactSection = AnswerAndContactSection()
    chat: ChatSection = Field(default=ChatSection(), description="questions in a terminal")
    discord: DiscordSection = Field(default=DiscordSection(), description="the Discord bot")
    metrics: MetricsSection = Field(default=MetricsSection(), description="the bot's metrics")
    web: WebSection = Field(default=WebSection(), description="the reading room")
    _common: "BotConfig | None" = PrivateAttr(None)
    _server: int | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _servers_are_apart(self) -> Self:
        """Refuse folders in which the articles of a server would be among the common ones."""
        if not self.has_server_libraries:
            return self
        servers = self.servers_directory.resolve()
        for key, folder in (("corpus", self.corpus_directory), ("index", self.index_directory)):
            other = folder.resolve()
            if servers.is_relative_to(other) or other.is_relative_to(servers):
                raise PydanticCustomError(
                    "servers",
                    "[corpus] servers and [{key}] directory: expected folders of which none is in the other",
                    {"key": key},
                )
        return self

    @property
    def has_server_libraries(self) -> bool:
        """Whether each server has articles of its own beside the common ones."""
        return self.discord.libraries == PER_SERVER

    @property
    def servers_directory(self) -> Path:
        """Folder of the libraries of single servers, absolute."""
        return self._path(self.corpus.servers)

    @property
    def server(self) -> int | None:
        """Id of the server whose own library this configures; None for the common one."""
        return self._server

    @property
    def common(self) -> "BotConfig | None":
        """Configuration of the library that a server sees besides its own; None if this is the common one."""
        return self._common

    @property
    def server_directory(self) -> Path:
        """Folder of everything that belongs to a server, absolute."""
        return self.servers_directory / str(self._server)

    @property
    @override
    def tenant(self) -> int:
        return self._server or 0

    @property
    @override
    def models_directory(self) -> Path:
        if self._common and self.store_url is not None:  # one export for all servers
            return self._common.index_directory
        return self.index_directory

    @property
    @override
    def models_from(self) -> Path | None:
        return self._common.index_directory if self._common else None

    def of_server(self, server: int) -> "BotConfig":
        """Return the configuration of a server's own library: its corpus, index and feedback.

        Its pages are fetched from the public internet only, because members name them.
        """
        config = self.model_copy()
        config._common, config._server = self, server
        folder = config.server_directory
        corpus = {"directory": str(folder / "corpus"), "allow_hosts": []}
        sections = {
            "corpus": self.corpus.model_copy(update=corpus),
            "index": self.index.model_copy(update={"directory": str(folder / "index")}),
        }
        return config.model_copy(update=sections)

    @property
    def bot_directory(self) -> Path:
        """Folder of the library log, the last registered commands, and the common feedback, absolute."""
        return self._path(self.discord.directory)

    @property
    def feedback_directory(self) -> Path:
        """Folder of the feedback and of the unanswered questions: of one server, or of all and none."""
        return self.bot_directory if self._common is None else self.server_directory


def find_config(option: Path | None = None) -> Path | None:
    """Return the path of the configuration file, or None if there is none.

    Looked up in this order: `option`, `$FOOTNOTE_CONFIG`, `./config.toml`, the user's configuration folder.
    The first two are returned whether or not there is such a file: a file that is named has to be there.
    """
    if name := option or os.environ.get("FOOTNOTE_CONFIG"):
        return Path(name)
    import platformdirs

    for path in (Path("config.toml"), platformdirs.user_config_path("footnote") / "config.toml"):
        if path.is_file():
            return path
    return None


def read_config(path: Path | None) -> BotConfig:
    """Read the file at `path`, or return the defaults, relative to the current folder, for None.

    Raises ConfigurationError.
    """
    return BotConfig(base=Path.cwd()) if path is None else BotConfig.read(path)
