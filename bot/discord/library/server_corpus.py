"""Where the articles of a Discord server are."""

from pathlib import Path

from bot.config import BotConfig


def corpus_directory(config: BotConfig, guild_id: int) -> Path:
    """Return the folder of the articles that a server may change."""
    return config.corpus_directory
