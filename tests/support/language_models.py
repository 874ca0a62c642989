"""Fixture of the fake language models: a request that is not as it should be fails the test."""

from collections.abc import Iterator

import pytest

from bot.config import BotConfig
from index.writer_section import WriterSection
from tests.fake_language_models import FakeLanguageModels
from tests.support.homes import Home


@pytest.fixture
def language_models() -> Iterator[FakeLanguageModels]:
    """Return a running server with the model llama3.2."""
    with FakeLanguageModels("llama3.2:latest") as server:
        yield server
    assert server.problems == []


def home_with_writer(home: Home, name: str, *lines: str) -> tuple[str, str]:
    """Write a configuration of a home with these lines below `[writer]`; returns the option for it."""
    text = home.config.read_text("utf-8")
    start = text.index("[writer]")
    end = text.index("[chat]")
    config = home.folder / f"{name}.toml"
    section = "\n".join(("[writer]", *lines))
    config.write_text(f"{text[:start]}{section}\n\n{text[end:]}", encoding="utf-8")
    return "--config", str(config)


def writer_lines(server: FakeLanguageModels, *more: str) -> tuple[str, ...]:
    """Return the lines that name the fake server's model, through Ollama's protocol."""
    return ("llm = 'ollama/llama3.2'", f"base_url = '{server.ollama}'", *more)


def config_of(server: FakeLanguageModels, model: str = "llama3.2", **settings: object) -> BotConfig:
    """Return a configuration whose writer is a model of this server, through Ollama's protocol."""
    section = WriterSection.model_validate(
        {"llm": f"ollama/{model}", "base_url": server.ollama, "timeout": 60, **settings}
    )
    return BotConfig().model_copy(update={"writer": section})
