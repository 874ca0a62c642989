"""Remedies: each reason that the user can do something about has one, in terms of the front ends."""

import copy

import pytest

from bot.remedies import remedy_for
from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexStaleError,
    IngestionError,
    LanguageModelError,
    ModelDamagedError,
    ModelMissingError,
    Reason,
    Role,
    UnknownArticleError,
)
from index.writer_section import KEY_VARIABLE
from tests.support.tables import each_row

WITHOUT_REMEDY = {
    Reason.FAILED,
    Reason.BAD_CONFIGURATION,
    Reason.INDEX_BUSY,
    Reason.INDEX_UNWRITABLE,
    Reason.INGESTION_FAILED,
    Reason.LANGUAGE_MODEL_CUT_OFF,
    Reason.LANGUAGE_MODEL_FAILED,
    Reason.QUOTA_REACHED,
    Reason.STORE_BUSY,
    Reason.STORE_FAILED,
    Reason.STORE_FULL,
    Reason.UNREADABLE_FILE,
}
"""Their messages say it all, or the library has a remedy that needs no command."""


@each_row("reason", Reason)
@pytest.mark.parametrize("role", Role)
def test_every_reason_has_a_remedy_or_needs_none(reason: Reason, role: Role) -> None:
    remedy = remedy_for(ModelMissingError("what", reason=reason, role=role))
    assert (remedy == "") == (reason in WITHOUT_REMEDY)
    assert "{" not in remedy


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (IndexMissingError("none"), "Run `footnote index`."),
        (IndexDamagedError("half"), "rebuilds the index from the corpus"),
        (IndexStaleError("old"), "rebuilds the index from the corpus"),
        (IndexStaleError("old", reason=Reason.READER_EXPORT_STALE), "exports the reader"),
        (UnknownArticleError("who"), "`footnote articles` lists all ids."),
        (ConfigurationError("none", reason=Reason.CORPUS_EMPTY), "[corpus] directory"),
        (IngestionError("no", reason=Reason.HOST_NOT_PUBLIC), "`[corpus] allow_hosts`"),
        (ModelMissingError("none", model="some/model"), "`footnote doctor --fetch` downloads some/model"),
        (ModelMissingError("none", role=Role.READER), "downloads a model; or set `[answer] reader`"),
        (ModelDamagedError("bad", reason=Reason.MODEL_NOT_EXPORTABLE), "another model as `[model] encoder`"),
    ],
)
def test_a_remedy_names_the_command_or_the_key(error: FootnoteError, words: str) -> None:
    assert words in remedy_for(error)


def test_the_error_s_own_remedy_comes_first() -> None:
    assert remedy_for(IndexBusyError("busy", "Wait.")) == "Wait."
    assert remedy_for(ModelMissingError("not installed", "pip install it {now}")) == "pip install it {now}"


def test_a_copy_of_an_error_keeps_its_reason() -> None:
    error = copy.copy(ModelMissingError("none", role=Role.READER, model="some/model"))
    assert (error.message, error.reason, error.role) == ("none", Reason.MODEL_MISSING, Role.READER)
    assert remedy_for(error).startswith("`footnote doctor --fetch` downloads some/model")


def test_the_variable_with_the_key_is_named() -> None:
    """Not taken from the section's module, which loads what `--help` has no time for."""
    assert KEY_VARIABLE in remedy_for(LanguageModelError("no", reason=Reason.LANGUAGE_MODEL_KEY_REFUSED))
