"""The state of files and models in a database: it comes back, and only what differs is written."""

from index.storage.input_state import FileState, InputState, ModelState
from index.storage.postgres.database import Database
from index.storage.postgres.stored_inputs import other_sources, read_inputs, read_library, write_inputs
from tests.support.stored_articles import MODELS, publish

MODEL = ModelState("name", "/folder", "stamp", "fingerprint")
STATE = FileState("cats.txt", "cats", 7, 8, "digest", None, "", 9, 10)
SKIPPED = FileState("bad.txt", "bad", 1, 2, "", "no text", "Convert it.")


def write(store: Database, *states: FileState, source: str = "articles") -> InputState:
    inputs = InputState(MODEL, None, {state.file: state for state in states})
    with store.writing(0, source, 0) as connection:
        write_inputs(connection, 0, source, inputs)
    return inputs


def test_a_state_comes_back(store: Database) -> None:
    assert read_inputs(store, 0, "articles") is None
    good = STATE._replace(poor="cut words")
    assert write(store, good) == read_inputs(store, 0, "articles")
    changed = write(store, good._replace(size=9), STATE._replace(file="b.txt"))
    assert read_inputs(store, 0, "articles") == changed
    assert write(store) == read_inputs(store, 0, "articles")


def test_sources_are_apart(store: Database) -> None:
    first = write(store, STATE)
    second = write(store, SKIPPED, source="another")
    assert (read_inputs(store, 0, "articles"), read_inputs(store, 0, "another")) == (first, second)
    assert other_sources(store, 0, "another") == ["articles"]
    publish(store, {"west": "West\n\nIt is in the west."}, source="west")
    assert other_sources(store, 0, "articles") == ["west"]


def test_a_library_is_described(store: Database) -> None:
    library = read_library(store, 0)
    assert (library.fingerprint, library.encoder, library.reader) == (
        MODELS.fingerprint,
        "word-vectors",
        None,
    )
    assert (library.version, library.facts.articles, library.facts.sentences) == (1, 3, 9)
    publish(store, {"mice": "Mice\n\nMice eat cheese."})
    assert read_library(store, 0).version == 2
    assert read_library(store, 0).content != library.content
