"""A database that goes away under a library: questions wait and go on, or are told to come back."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from index.config import Config
from index.errors import StoreBusyError, StoreUnavailableError
from index.library import Library
from index.records import Answer, Question
from tests.support.postgres_fixtures import with_store
from tests.support.postgres_server import Server
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write, write_corpus

pytestmark = pytest.mark.slow

QUESTION = "How many people live in Raqqa?"


@pytest.fixture
def config(killable_server: Server, tmp_path: Path, encoder_folder: Path) -> Config:
    """A library in a database that a question waits for as long as it takes."""
    config = with_store(make_config(tmp_path), killable_server.database(), wait=120)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder_folder)
    build(config)
    return config


def asked(library: Library) -> Answer:
    return replace(library.ask(QUESTION), elapsed_ms=0.0)


def test_questions_go_on_after_each_way_to_go_down(config: Config, killable_server: Server) -> None:
    library = Library.open(config)
    expected = asked(library)
    assert expected.answer == "About 90,000"
    for go_down in (
        killable_server.kill,
        lambda: killable_server.stop("fast"),
        lambda: killable_server.stop("immediate"),
    ):
        go_down()
        starting = threading.Thread(target=killable_server.start)
        starting.start()
        assert asked(library) == expected
        starting.join()


def test_questions_while_the_server_is_killed_again_and_again(
    config: Config, killable_server: Server
) -> None:
    """Whatever a question was doing then: each has the whole answer, once."""
    library = Library.open(config)
    expected = asked(library)
    done = threading.Event()
    answers: list[Answer] = []

    def ask() -> None:
        while not done.is_set():
            answers.append(asked(library))

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    for _ in range(3):
        before = len(answers)
        while len(answers) < before + 2:
            threading.Event().wait(0.01)
        killable_server.kill()
        killable_server.start()
    done.set()
    for thread in asking:
        thread.join()
    assert set(answers) == {expected}


def test_without_a_server_each_question_is_told_so(config: Config, killable_server: Server) -> None:
    library = Library.open(with_store(config, config.store.url, wait=0.5))
    asked(library)
    killable_server.kill()
    answers = library.ask_many([Question(QUESTION), Question("Who sleeps?")])
    assert [isinstance(answer, StoreUnavailableError | StoreBusyError) for answer in answers] == [True, True]
    killable_server.start()
    assert asked(library).answer == "About 90,000"


def test_an_update_that_is_killed_leaves_the_library_and_is_made_up_for(
    config: Config, killable_server: Server
) -> None:
    library = Library.open(config)
    write(config, "mice.txt", "Mice\n\nMice eat cheese.\n")
    from index.building import update as updating

    original = updating.make_report

    def killing(*arguments: object) -> object:
        killable_server.kill()
        return original(*arguments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(updating, "make_report", killing)
        with pytest.raises(StoreUnavailableError):
            build(with_store(config, config.store.url, wait=0.5))
    killable_server.start()
    assert [row.id for row in library.articles()] == ["cats", "news/weather", "raqqa"]
    assert build(config).added == ("mice",)
    assert library.ask("What do mice eat?").answer == "cheese"
