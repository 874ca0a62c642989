"""Errors say what happened, say why to programs, and name no command."""

import pickle
import re

from index import errors
from index.errors import FootnoteError, ModelError, Reason, Role
from tests.support.paths import ROOT
from tests.support.tables import each_row

BASES = (FootnoteError, ModelError)
CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, FootnoteError) and value not in BASES
]


@each_row("kind", CLASSES)
def test_each_kind_of_error_has_a_reason_of_its_own(kind: type[FootnoteError]) -> None:
    error = kind("what happened")
    assert (str(error), error.message, error.remedy) == ("what happened", "what happened", "")
    assert error.reason is kind.default_reason
    assert [other for other in CLASSES if other.default_reason is error.reason] == [kind]


@each_row("kind", CLASSES)
def test_an_error_survives_the_way_between_processes(kind: type[FootnoteError]) -> None:
    sent = kind("what happened", "what helps", reason=Reason.INDEX_FOLDER_OCCUPIED)
    error = pickle.loads(pickle.dumps(sent))  # noqa: S301 - our own
    assert type(error) is kind
    assert (error.message, error.remedy, error.reason) == (sent.message, sent.remedy, sent.reason)


def test_an_error_about_a_model_says_which_one_and_what_it_is_for() -> None:
    error = errors.ModelMissingError("gone", role=Role.READER, model="owner/name")
    assert (error.role, error.model) == (Role.READER, "owner/name")


def test_the_library_names_no_command_and_no_key_of_a_configuration() -> None:
    """The front ends do; see bot/remedies.py."""
    named = re.compile(r"""["'`]footnote (?:index|ask|doctor|articles|eval|bot|chat)|`?\[\w+\] [a-z]+`""")
    for path in (ROOT / "index").rglob("*.py"):
        if "training" not in path.parts:
            code = re.sub(r'""".*?"""', "", path.read_text("utf-8"), flags=re.DOTALL)
            assert not named.findall(code), path
