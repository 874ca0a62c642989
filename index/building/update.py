"""The way of the articles into the index: read what changed, cut, embed what is new, write, publish."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from index.articles.corpus import CorpusFile, corpus_files, read_article
from index.building import file_changes
from index.building.embedding import Embedder
from index.building.file_changes import UNSETTLED, CorpusState, FileState, ModelState, scan
from index.building.model_changes import fetched_anew, look_again, look_for_models
from index.building.reuse import Earlier, Entry, Kept, Read, find_sources
from index.config import Config
from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexDamagedError,
    IndexMissingError,
    IndexStaleError,
    UnreadableFileError,
)
from index.records import Article, Progress
from index.segmentation.passages import make_passages
from index.segmentation.sentences import split_sentences
from index.storage import generations
from index.storage.bm25 import Lexical
from index.storage.catalog import Catalog, CatalogWriter
from index.storage.fingerprint import difference, fingerprint, reader_name
from index.storage.generations import Export, Generation
from index.storage.vectors import PASSAGES_FILE, SENTENCES_FILE, Vectors

WAIT = 300.0
"""Seconds that a writer waits for another one."""

_READ_ATTEMPTS = 3  # of a file that is being written


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What an update did, in ids of articles.

    `renamed` holds (earlier id, id), `skipped` (file, reason) for each file that is no readable article.
    `embedded` counts the texts that were embedded; `rebuilt` says why an earlier index, if there was one, was
    of no use.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    unchanged: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    embedded: int = 0
    rebuilt: str | None = None
    seconds: float = 0.0


def update(config: Config, progress: Progress, wait: float = WAIT) -> BuildReport:
    """Bring the index up to date with the corpus, the models and this program, or build it.

    Until it is done, and whatever stops it, the earlier index answers; it stays too where the corpus has
    become empty. Raises ConfigurationError where there is no article, IndexBusyError after `wait` seconds,
    ModelMissingError, ModelDamagedError, and FootnoteError where no file can be read or the index folder
    cannot be written.
    """
    started = time.perf_counter()
    root = config.index_directory
    config.check_index_directory()
    corpus_files(config.corpus_directory)  # an error here leaves no index folder behind
    try:
        with generations.writing(root, wait):
            report = _update(config, root, progress)
    except OSError as error:
        raise FootnoteError(
            f"the index in {root} cannot be written: {error.strerror or error}",
            "See to the folder's rights and to free space; the earlier index, if there was one, is whole.",
        ) from error
    return replace(report, seconds=time.perf_counter() - started)


def is_stale(config: Config) -> str | None:
    """Say why the index does not fit the corpus, the models or this program; None where it does.

    Compares sizes and times, and contents where those differ; the index's big files are not read. Where only
    times differ, the index remembers the new ones, so that contents are not compared again each time.
    """
    files = corpus_files(config.corpus_directory)
    try:
        generation, state = generations.open_current(
            config.index_directory, lambda found: (found, CorpusState.read(found.folder)), check=False
        )
    except (IndexMissingError, IndexStaleError, IndexDamagedError) as error:
        return error.message
    encoder, reader, named = state.encoder, state.reader, config.named_reader
    if config.encoder != encoder.name:
        return f"the model is {config.encoder} now, not {encoder.name}"
    if named and (reader is None or named != reader.name):
        return f"the reader is {named} now"
    if fetched_anew(encoder):
        return f"the model {encoder.name} was fetched anew"
    encoder = look_again(encoder)
    if changed := difference(generation.fingerprint, fingerprint(encoder.fingerprint)):
        return changed
    if named and reader:
        if fetched_anew(reader):
            return f"the reader {named} was fetched anew"
        reader = look_again(reader)
        if generation.reader is None or generation.reader.folder.name != reader_name(reader.fingerprint):
            return "the reader changed since the index was built"
    now = CorpusState(encoder, reader, {s.file: s for s in scan(files, state.files)})
    if _contents(now.files.values()) != _contents(state.files.values()):
        return "the corpus changed"
    if _renewable(now, state):
        # Where that is impossible now, as in a read-only folder, the contents are compared again next time.
        with suppress(OSError, FootnoteError), generations.writing(config.index_directory, 0):
            if (
                generations.open_current(config.index_directory, lambda found: found, check=False)
                == generation
            ):
                _renew_state(config.index_directory, generation, now, generation.reader)
    return None


def _update(config: Config, root: Path, progress: Progress) -> BuildReport:
    earlier, rebuilt = _open(root)
    encoder, reader = look_for_models(config, earlier.state if earlier else None)
    model = encoder.fingerprint
    shaped = fingerprint(model)
    if earlier:
        rebuilt = difference(earlier.generation.fingerprint, shaped)
    base = None if rebuilt else earlier  # of the others, texts may keep their vectors, articles nothing

    before = earlier.state.files if earlier else {}
    entries, states = _read(config.corpus_directory, before, base, progress)
    report = _report(entries, states, before, rebuilt)
    if not entries:
        raise _no_articles(config.corpus_directory, report)
    state = CorpusState(encoder, reader, {state.file: state for state in states})

    exported = _export_reader(root, reader, earlier, progress) if reader else None
    embedder = Embedder(root, Path(encoder.folder), model, progress)
    if base and not embedder.exported and _nothing_changed(entries, base):
        # The reader, or times only: else the same contents would be compared again each time.
        if state != base.state or exported != base.generation.reader:
            _renew_state(root, base.generation, state, exported)
        return report

    _cut(entries, embedder, progress)
    donor = earlier if earlier and earlier.generation.fingerprint["model"] == model else None
    sentences, passages = find_sources(entries, donor)
    embedded = embedder.embed(list(sentences.fresh))

    progress("write", 0, 1)
    facts: dict[str, Any] = {}
    with generations.new_generation(root, embedder.folder, shaped, facts, reader=exported) as made:
        with CatalogWriter(made) as catalog:
            for entry in entries:
                catalog.add(*entry.parts())
        facts |= {"articles": catalog.articles, "sentences": catalog.sentences, "passages": catalog.passages}
        for name, sources, vectors in (
            (SENTENCES_FILE, sentences, donor.sentences if donor else None),
            (PASSAGES_FILE, passages, donor.passages if donor else None),
        ):
            built = Vectors.build(sources.gather(vectors, embedded), vectors)
            built.save(made / name)
            facts[name] = {"exact": built.exact, "recall": built.recall}
        with closing(Catalog(made)) as written:
            Lexical.build(written.terms()).save(made)
        state.write(made)
    progress("write", 1, 1)
    return replace(report, embedded=len(embedded))


def _open(root: Path) -> tuple[Earlier | None, str | None]:
    """Open the index that there is, or say why it cannot serve; neither where there is none."""
    try:
        return generations.open_current(root, Earlier.load), None
    except IndexMissingError:
        return None, None
    except (IndexDamagedError, IndexStaleError) as error:
        return None, error.message


def _export_reader(root: Path, reader: ModelState, earlier: Earlier | None, progress: Progress) -> Export:
    """Return the exported reader, which is made where there is no whole one."""
    name = reader_name(reader.fingerprint)
    found = generations.find_reader(root, name, earlier.generation.reader if earlier else None)
    if found is None:
        from index.models.span_model_export import export_span_model  # seconds, for torch

        progress("export the reader", 0, 1)
        found = generations.put_reader(root, name, partial(export_span_model, Path(reader.folder)))
        progress("export the reader", 1, 1)
    return found


def _read(
    corpus: Path, before: Mapping[str, FileState], base: Earlier | None, progress: Progress
) -> tuple[list[Entry], list[FileState]]:
    """Read the articles that are not in the index `base`, those too that could not be read before."""
    files = corpus_files(corpus)
    entries: list[Entry] = []
    states: list[FileState] = []
    for number, file in enumerate(files, start=1):
        state, entry = _entry(file, before.get(file.file), base)
        states.append(state)
        if entry:
            entries.append(entry)
        progress("read", number, len(files))
    return sorted(entries, key=lambda entry: entry.state.id), states


def _entry(
    file: CorpusFile, before: FileState | None, base: Earlier | None
) -> tuple[FileState, Entry | None]:
    """Take a file's article over, or read it: again where it was written meanwhile."""
    for _ in range(_READ_ATTEMPTS):
        stamp = file_changes.stamp(file)
        state = file_changes.describe(file, before)
        if base and state.skipped is None and _content(state) == _content(before):
            return state, Kept(state, base, base.catalog.row(state.id))
        article, reason = _article(file)
        state = replace(state, skipped=reason)
        if file_changes.stamp(file) == stamp:
            break
    else:  # no content has this digest, so that the next update reads the file again
        state = replace(state, mtime_ns=UNSETTLED, digest="unsettled")
    return state, Read(state, article) if article else None


def _article(file: CorpusFile) -> tuple[Article | None, str | None]:
    try:
        return read_article(file), None
    except UnreadableFileError as error:
        return None, error.message.removeprefix(f"{file.file}: ")


def _report(
    entries: Iterable[Entry],
    states: Iterable[FileState],
    before: Mapping[str, FileState],
    rebuilt: str | None,
) -> BuildReport:
    old = {state.id: state.digest for state in before.values() if state.skipped is None}
    new = {entry.state.id: entry.state.digest for entry in entries}
    gone = {digest: name for name, digest in old.items() if name not in new}
    renamed = [(gone.pop(digest), name) for name, digest in new.items() if name not in old and digest in gone]
    moved = {name for pair in renamed for name in pair}
    return BuildReport(
        added=tuple(name for name in new if name not in old and name not in moved),
        updated=tuple(name for name in new if name in old and old[name] != new[name]),
        removed=tuple(name for name in old if name not in new and name not in moved),
        renamed=tuple(renamed),
        unchanged=tuple(name for name in new if old.get(name) == new[name]),
        skipped=tuple((state.file, state.skipped) for state in states if state.skipped is not None),
        rebuilt=rebuilt,
    )


def _no_articles(corpus: Path, report: BuildReport) -> ConfigurationError:
    mend = "Put articles there (.txt, .md, .html, .pdf), or name another folder as `[corpus] directory`."
    if report.skipped:
        file, reason = report.skipped[0]
        return ConfigurationError(f"no file in {corpus} can be read as an article ({file}: {reason})", mend)
    return ConfigurationError(f"no articles in {corpus}", mend)


def _nothing_changed(entries: Sequence[Entry], base: Earlier) -> bool:
    return len(entries) == len(base.catalog) and all(isinstance(entry, Kept) for entry in entries)


def _renewable(now: CorpusState, before: CorpusState) -> bool:
    """Tell whether times differ that have settled."""
    return (now.encoder, now.reader) != (before.encoder, before.reader) or any(
        state.mtime_ns not in (UNSETTLED, before.files[file].mtime_ns) for file, state in now.files.items()
    )


def _renew_state(root: Path, generation: Generation, state: CorpusState, reader: Export | None) -> None:
    """Publish the same index with what the files look like now, and with the exported `reader`."""
    with generations.same_generation(root, generation, but=file_changes.FILE, reader=reader) as made:
        state.write(made)


def _cut(entries: Iterable[Entry], embedder: Embedder, progress: Progress) -> None:
    encoder = embedder.encoder
    read = [entry for entry in entries if isinstance(entry, Read)]
    for number, entry in enumerate(read, start=1):
        text = entry.article.text
        entry.sentences = split_sentences(text)
        entry.passages = make_passages(text, entry.sentences, encoder.count_tokens, encoder.window)
        progress("cut", number, len(read))


def _content(state: FileState | None) -> tuple[str, str] | None:
    return None if state is None else (state.id, state.digest)


def _contents(states: Iterable[FileState]) -> dict[str, tuple[str, str] | None]:
    return {state.file: _content(state) for state in states}
