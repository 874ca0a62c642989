"""The configuration as front ends see it: the index's sections and their own, and where the file is."""

import os
from pathlib import Path
from types import MappingProxyType

from pydantic import ConfigDict, Field

from index.config import Config as IndexConfig
from index.config import FrontEndSection


class DiscordSection(FrontEndSection):
    """What the Discord bot reads; it accepts no keys yet."""

    model_config = ConfigDict(extra="forbid")
    elsewhere = MappingProxyType({"token": "the token comes from DISCORD_BOT_TOKEN, never from this file"})


class Config(IndexConfig):
    """The whole configuration file, the keys of the front ends' sections among what is checked."""

    discord: DiscordSection = Field(default=DiscordSection(), description="the Discord bot")


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
