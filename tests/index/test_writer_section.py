"""The section `[writer]`: off by default, and a mistake is one line that names file and key."""

from pathlib import Path

import pytest

from index.config import Config
from index.errors import ConfigurationError
from index.writer_section import WriterSection
from tests.support.tables import each_row


def read(folder: Path, lines: str) -> WriterSection:
    path = folder / "config.toml"
    path.write_text(f"[writer]\n{lines}\n", encoding="utf-8")
    return Config.read(path).writer


def test_nothing_is_written_unless_a_model_is_named(tmp_path: Path) -> None:
    section = read(tmp_path, "")
    assert section == WriterSection()
    assert (section.llm, section.default, section.provider, section.address, section.model_name) == (
        "",
        False,
        "",
        "",
        "",
    )


@each_row("model", ["llama3.2", "llama3.2:1b", "hf.co/owner/Model-GGUF:Q4_K_M", "q"])
def test_a_model_of_ollama_is_on_this_machine_unless_an_address_is_given(tmp_path: Path, model: str) -> None:
    here = read(tmp_path, f"llm = 'ollama/{model}'")
    assert (here.provider, here.address, here.model_name) == ("ollama", "http://127.0.0.1:11434", model)
    there = read(tmp_path, f"llm = 'ollama/{model}'\nbase_url = 'http://gpu.intranet:11434'")
    assert (there.provider, there.address, there.model_name) == ("ollama", "http://gpu.intranet:11434", model)


def test_another_server_has_an_address_and_a_model(tmp_path: Path) -> None:
    section = read(tmp_path, "llm = 'openai-like'\nbase_url = 'https://llm.example.org/v1'\nmodel = 'a/m'")
    assert (section.provider, section.address, section.model_name) == (
        "openai-like",
        "https://llm.example.org/v1",
        "a/m",
    )


@each_row(
    "lines, words",
    [
        ("llm = 'llama3.2'", "writer.llm: expected 'ollama/MODEL', as 'ollama/llama3.2', or 'openai-like'"),
        ("llm = 'ollama/'", "writer.llm: expected 'ollama/MODEL'"),
        ("llm = 'ollama/a b'", "writer.llm: expected 'ollama/MODEL'"),
        ("llm = 'openai/gpt'", "writer.llm: expected 'ollama/MODEL'"),
        ("llm = 3", "writer.llm: expected text in quotation marks"),
        ("llm = 'openai-like'", "writer: expected base_url and model with llm = 'openai-like'"),
        ("llm = 'openai-like'\nmodel = 'm'", "writer: expected base_url and model"),
        ("llm = 'ollama/a'\nmodel = 'a'", "writer: expected no model: llm = 'ollama/MODEL' names it"),
        ("base_url = 'gpu:11434'", "writer.base_url: expected an http(s) address, as http://127.0.0.1"),
        ("base_url = 'http://h:99999/v1'", "writer.base_url: expected an http(s) address"),
        ("base_url = 'http://h/v1?key=x'", "writer.base_url: expected an http(s) address"),
        ("base_url = 'http://me:secret@h/v1'", "writer.base_url: expected an http(s) address"),
        ("base_url = 'file:///etc/passwd'", "writer.base_url: expected an http(s) address"),
        ("sentences = 0", "writer.sentences: expected 1 or more"),
        ("tokens = 100000", "writer.tokens: expected 4000 or less"),
        ("timeout = 0", "writer.timeout: expected 1 or more"),
        ("default = true", "writer: expected llm with default = true"),
        ("default = 'yes'", "writer.default: expected true or false"),
        ("temperature = 1", "writer.temperature: unknown key (known here: llm, base_url, model, default,"),
        ("api_key = 'x'", "writer.api_key: unknown key (the key comes from FOOTNOTE_WRITER_KEY, never from"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, lines)
    assert caught.value.message.startswith(f"{tmp_path / 'config.toml'}: {words}")
    assert "\n" not in caught.value.message
    assert "secret" not in caught.value.message
