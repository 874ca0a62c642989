"""The configuration as front ends see it: the index's sections and their own, and where the file is."""

import os
import re
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from index.config import Config as IndexConfig
from index.config import FrontEndSection, PathText

_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?[^\s/?#]")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:/]+):([0-9]{1,5})")


def _check_web_address(value: str) -> str:
    try:
        fits = _WEB_ADDRESS.fullmatch(value) and urlsplit(value).port != 0
    except ValueError:  # a port, or a number in brackets, that there cannot be
        fits = False
    if fits:
        return value
    raise PydanticCustomError(
        "web_address", "expected an http(s) address without / at its end, as https://discord.com/api/v10"
    )


def _check_listen(value: str) -> str:
    found = _LISTEN.fullmatch(value)
    if value and not found:
        raise PydanticCustomError("listen", "expected host:port, as 127.0.0.1:9464")
    if found and int(found[2]) > 65535:
        raise PydanticCustomError("listen", "expected host:port, the port from 0 to 65535")
    return value


class DiscordSection(FrontEndSection):
    """How the Discord bot behaves; its token comes from the environment only."""

    model_config = ConfigDict(extra="forbid")
    elsewhere = MappingProxyType({"token": "the token comes from DISCORD_BOT_TOKEN, never from this file"})

    private: Annotated[bool, Field(description="answers are shown to the asker only, unless asked")] = False
    directory: Annotated[
        PathText, Field(description="folder of the feedback and of what was synced last; worth a backup")
    ] = ".footnote-bot"
    questions_per_minute: Annotated[int, Field(ge=0, le=10_000, description="of one person; 0: any")] = 10
    server_questions_per_minute: Annotated[int, Field(ge=0, le=100_000, description="0: any")] = 120
    queue: Annotated[int, Field(ge=1, le=100_000, description="questions that may wait")] = 256
    batch: Annotated[int, Field(ge=1, le=256, description="questions computed together at most")] = 16
    deadline: Annotated[float, Field(ge=1, le=240, description="seconds until an answer is given up")] = 30
    log_questions: Annotated[bool, Field(description="questions are written to the log")] = False
    shard_count: Annotated[int | None, Field(ge=1, le=10_000, description="None: Discord's advice")] = None
    shard_ids: Annotated[
        list[Annotated[int, Field(ge=0)]] | None, Field(min_length=1, description="this process's; None: all")
    ] = None
    api_base: Annotated[str, Field(description="Discord's HTTP API"), AfterValidator(_check_web_address)] = (
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


class MetricsSection(FrontEndSection):
    """Where the bot's metrics and health can be read."""

    model_config = ConfigDict(extra="forbid")

    listen: Annotated[str, Field(description="host:port; empty: nowhere"), AfterValidator(_check_listen)] = ""


class Config(IndexConfig):
    """The whole configuration file, the keys of the front ends' sections among what is checked."""

    discord: DiscordSection = Field(default=DiscordSection(), description="the Discord bot")
    metrics: MetricsSection = Field(default=MetricsSection(), description="the bot's metrics")

    @property
    def bot_directory(self) -> Path:
        """Folder of the feedback and of what was synced last, absolute."""
        return self._path(self.discord.directory)


def find_config(option: Path | None = None) -> Path | None:
    """Return the path of the configuration file, or None where there is none.

    Looked up in this order: `option`, `$FOOTNOTE_CONFIG`, `./config.toml`, the user's configuration folder.
    The first two are returned whether or not there is such a file: who names a file means it.
    """
    named = option or os.environ.get("FOOTNOTE_CONFIG")
    if named:
        return Path(named)
    import platformdirs

    for path in (Path("config.toml"), platformdirs.user_config_path("footnote") / "config.toml"):
        if path.is_file():
            return path
    return None


def read_config(path: Path | None) -> Config:
    """Read the file at `path`; the defaults, relative to the current folder, where `path` is None.

    Raises ConfigurationError.
    """
    return Config(base=Path.cwd()) if path is None else Config.read(path)
