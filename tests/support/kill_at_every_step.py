"""Kill an update at each of its steps in turn, and check what it leaves behind.

A step is anything that changes the disk, and the first of several reads of the index. Run by test_kill.py
with the folder of a corpus and its index, the encoder, and, where the update is to bring a reader in and
nothing else, the reader, or `segments` where what changed is to become a segment of its own. It forks, so
that the libraries are imported once. What kills at several steps would leave that is the same to the byte is
brought about by one of them and checked once.
"""

import contextlib
import importlib
import json
import os
import re
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faiss
import numpy as np

from index.articles.corpus import corpus_files, read_article
from index.building.reuse import PreviousIndex
from index.config import AnswerSection, Config
from index.reading.reader_choice import exported_reader_folder
from index.segmentation.search_terms import terms
from index.storage import generations
from index.storage.index_files import open_bm25
from index.storage.index_folder import MARKER
from tests.support.segments import small_segments
from tests.support.small_library import build, make_config

EVENTS = {
    "open",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "shutil.rmtree",
    "sqlite3.connect",
}


def in_child(task: Callable[[], None]) -> int:
    """Run `task` in a process of its own; return its exit code, negative for a signal."""
    child = os.fork()
    if not child:
        code = 1
        try:
            task()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def update(config: Config, before_step: Callable[[int], None]) -> None:
    """Update, and call `before_step` with the number of each step before it is taken."""
    root, taken, reading, calling = str(config.index_directory), 0, False, False

    def count(reads: bool = False) -> None:
        nonlocal taken, reading, calling
        if calling or (reads and reading):
            return  # a kill between two reads leaves what a kill before the first leaves
        calling = True
        before_step(taken)
        calling = False
        taken, reading = taken + 1, reads

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in EVENTS and root in str(args[0]):
            count(event == "open" and args[2] & os.O_ACCMODE == os.O_RDONLY)

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            count()
            return real(*args, **more)

        return call

    sys.addaudithook(hook)
    os.fsync = counted(os.fsync)
    faiss.write_index = counted(faiss.write_index)
    build(config)


def note_steps(config: Config, notes: Path) -> None:
    """Update, and write down how many steps it has, and before which of them the index is as never before.

    Then the names of the modules that it took.
    """
    seen: list[dict[str, bytes | None]] = []
    steps: list[int] = []
    number = 0

    def note(step: int) -> None:
        nonlocal number
        number = step + 1
        found = contents(config.index_directory)
        if found not in seen:
            seen.append(found)
            steps.append(step)

    update(config, note)
    notes.write_text(json.dumps([number, steps, sorted(sys.modules)]))


def update_and_die(config: Config, step: int) -> None:
    """Update, but die before the step of that number."""

    def die(taken: int) -> None:
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)

    update(config, die)


def sentences(config: Config) -> list[str]:
    """Open the index as a question does, checksums and all, and return its sentences."""

    def load(generation: generations.Generation) -> list[str]:
        generations.check_encoder(generation.encoder)
        index = PreviousIndex.load(generation)
        lexical = open_bm25(generation.folder, index.sentences)
        found = [sentence.text for sentence in index.catalog.sentences(range(len(index.sentences)))]
        vectors = index.sentences.rows(0, len(found))
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
        assert all(lexical.scores(terms(text))[row] > 0 for row, text in enumerate(found))
        return found

    return generations.open_current(config.index_directory, load)


def check(config: Config, allowed: list[list[str]], expected: list[str]) -> None:
    """The index answers, as before or as after; the next update succeeds and leaves nothing behind."""
    assert sentences(config) in allowed
    report = build(config)
    assert report.rebuilt is None, report
    assert sentences(config) == expected
    root = config.index_directory
    folders = {"encoders", "generations"} | ({"readers"} if config.named_reader else set())
    assert {path.name for path in root.iterdir()} == {"current", "lock", MARKER} | folders
    kept = sorted(path.name for path in (root / "generations").iterdir())
    assert len(kept) <= 2, kept
    assert len(list((root / "encoders").iterdir())) == 1
    if config.named_reader:
        folder = generations.open_current(root, lambda found: exported_reader_folder(config, found))
        assert list((root / "readers").iterdir()) == [folder]


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return all that a folder holds, without the process IDs in it."""
    return {
        re.sub(r"draft-[^/]*", "draft", path.relative_to(folder).as_posix()): (
            None if path.is_dir() or path.name == generations.WRITER else path.read_bytes()
        )
        for path in folder.rglob("*")
    }


def copy_weights(model_folder: Path, target: Path) -> None:
    """Stand in for the export of a reader, which takes seconds."""
    shutil.copy(model_folder / "model.safetensors", target / "reader.onnx")


def main(base: Path, model: Path, more: str = "") -> int:
    """Kill at each step that leaves something of its own; return the number of all steps."""
    reader = Path(more) if more not in ("", "segments") else None
    if more == "segments":
        small_segments(setattr)
    os.fsync = os.fstat  # type: ignore[assignment]  # kills, unlike power cuts, lose nothing that was written
    config = make_config(base, model)
    before = sentences(config)
    for file in corpus_files(config.corpus_directory):
        read_article(file)  # imports what the children need
    pristine = base / "pristine"
    shutil.copytree(config.index_directory, pristine, copy_function=os.link)
    if reader:
        config = config.model_copy(update={"answer": AnswerSection(reader=str(reader))})
        sys.modules["index.models.span_model_export"] = SimpleNamespace(export_span_model=copy_weights)  # type: ignore
        after = before
    else:
        (config.corpus_directory / "cats.txt").write_text("Cats\n\nA cat runs.\n", encoding="utf-8")
        (config.corpus_directory / "raqqa.txt").unlink()
        after = ["Cats", "A cat runs.", *before[before.index("Weather") :][:4]]

    def restore() -> None:
        shutil.rmtree(config.index_directory)
        shutil.copytree(pristine, config.index_directory, copy_function=os.link)

    assert in_child(partial(note_steps, config, base / "steps")) == 0
    assert sentences(config) == after
    number, steps, modules = json.loads((base / "steps").read_text())
    for name in modules:  # else each child would import them
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    assert len(steps) > 15  # before and after each thing that is written
    left: list[dict[str, bytes | None]] = []
    for step in steps:
        restore()
        assert in_child(partial(update_and_die, config, step)) == -signal.SIGKILL, step
        left.append(contents(config.index_directory))
        assert left[-1] not in left[:-1], step
        assert in_child(partial(check, config, [before, after], after)) == 0, step
    return int(number)


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
