"""The doctor asks the language model's server whether it is there, has the model, and takes the key."""

import pytest

from bot.config import BotConfig
from bot.doctor import writer_checks
from bot.doctor.examination import examine
from bot.doctor.writer_checks import NAME, SUPPORT, examine_language_model, examine_support_model
from index.errors import ModelDamagedError, Reason
from index.writer_section import WriterSection
from tests.fake_language_models import FakeLanguageModels
from tests.support.language_models import config_of


def test_all_is_well(language_models: FakeLanguageModels) -> None:
    check = examine_language_model(config_of(language_models))
    assert (check.status, check.detail) == ("ok", f"llama3.2 at {language_models.ollama}")
    assert language_models.paths == ["/api/tags"]  # nothing is written for it


def test_a_model_that_is_not_pulled_has_its_remedy(language_models: FakeLanguageModels) -> None:
    check = examine_language_model(config_of(language_models, "gemma3"))
    assert (check.status, check.remedy) == ("fail", "Run `ollama pull gemma3`.")


def test_a_server_that_is_not_there_has_its_remedy() -> None:
    with FakeLanguageModels() as server:
        config = config_of(server)
    check = examine_language_model(config)
    assert (check.status, check.remedy) == ("fail", "Start it, or check `[writer] base_url`.")
    assert check.detail == f"{server.ollama} cannot be reached"


def test_the_key_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeLanguageModels("llama3.2", key="sesame") as server:
        monkeypatch.setenv("FOOTNOTE_WRITER_KEY", "wrong")
        check = examine_language_model(config_of(server))
        assert (check.status, "FOOTNOTE_WRITER_KEY" in check.remedy) == ("fail", True)
        assert "wrong" not in check.detail + check.remedy
        monkeypatch.setenv("FOOTNOTE_WRITER_KEY", "sesame")
        assert examine_language_model(config_of(server)).status == "ok"


def test_a_server_that_lists_no_models_is_a_warning(language_models: FakeLanguageModels) -> None:
    language_models.lists_models = False
    section = WriterSection(llm="openai-like", base_url=language_models.openai, model="m")
    check = examine_language_model(BotConfig().model_copy(update={"writer": section}))
    assert (check.status, check.remedy) == ("warn", "Ask with --write to see whether it has m.")


def test_it_is_only_checked_where_a_model_is_configured(language_models: FakeLanguageModels) -> None:
    config = config_of(language_models)
    assert {NAME, SUPPORT} <= {check.check for check in examine(config, None)}
    without = config.model_copy(update={"writer": type(config.writer)()})
    language_models.paths.clear()
    assert NAME not in [check.check for check in examine(without, None)]
    assert language_models.paths == []


def test_the_support_model_is_compared_with_its_checksums(
    language_models: FakeLanguageModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(language_models)
    assert examine_support_model(config).status == "ok"

    def damaged() -> None:
        raise ModelDamagedError("support.onnx: damaged", reason=Reason.SHIPPED_SUPPORT_DAMAGED)

    monkeypatch.setattr(writer_checks, "load_support_model", damaged)
    (check,) = [check for check in examine(config, None) if check.check == SUPPORT]
    assert (check.status, check.remedy) == ("fail", "Reinstall footnote-bot.")
