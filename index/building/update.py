"""The way of the articles into the index: read what changed, cut, embed what is new, write, publish."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from index.articles.corpus import CorpusFile, corpus_files, read_article
from index.building import file_changes
from index.building.embedding import Embedder
from index.building.file_changes import UNSETTLED, content_key
from index.building.model_changes import look_for_models
from index.building.report import BuildReport, make_report
from index.building.reuse import ArticleEntry, PreviousIndex, ReadArticle, UnchangedArticle, find_sources
from index.building.staleness import renew_state
from index.config import Config
from index.errors import (
    ConfigurationError,
    IndexDamagedError,
    IndexMissingError,
    IndexStaleError,
    IndexUnwritableError,
    Reason,
    UnreadableFileError,
)
from index.records import Article, Progress
from index.segmentation.passages import make_passages
from index.segmentation.sentences import split_sentences
from index.storage import generations
from index.storage.bm25 import Bm25
from index.storage.catalog import Catalog
from index.storage.catalog_writer import CatalogWriter
from index.storage.fingerprint import difference, fingerprint, reader_name
from index.storage.generations import Export
from index.storage.index_folder import check_index_folder
from index.storage.input_state import FileState, InputState, ModelState
from index.storage.vectors import PASSAGES_FILE, SENTENCES_FILE, Vectors

WAIT = 300.0
"""Seconds that a writer waits for another one."""

_READ_ATTEMPTS = 3  # of a file that is being written


def update(config: Config, progress: Progress = lambda *_: None, wait: float = WAIT) -> BuildReport:
    """Bring the index up to date with the corpus, the models and this program, or build it.

    Until it is done, and whatever stops it, the earlier index answers; it stays too where the corpus has
    become empty. Raises ConfigurationError where there is no article, IndexBusyError after `wait` seconds,
    ModelMissingError, ModelDamagedError, and IndexUnwritableError if the index folder cannot be written.
    """
    started = time.perf_counter()
    root = config.index_directory
    check_index_folder(config)
    corpus_files(config.corpus_directory)  # an error here leaves no index folder behind
    try:
        with generations.writing(root, wait):
            report = _update(config, root, progress)
    except OSError as error:
        raise IndexUnwritableError(
            f"the index in {root} cannot be written: {error.strerror or error}",
            "Check the folder's permissions and free disk space; an index that was there is intact.",
        ) from error
    return replace(report, seconds=time.perf_counter() - started)


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
    report = make_report(entries, states, before, rebuilt)
    if not entries:
        raise _no_articles(config.corpus_directory, report)
    state = InputState(encoder, reader, {state.file: state for state in states})

    exported = _export_reader(root, reader, earlier, progress) if reader else None
    embedder = Embedder(root, Path(encoder.folder), model, progress)
    if base and not embedder.exported and _nothing_changed(entries, base):
        # The reader, or times only: else the same contents would be compared again each time.
        if state != base.state or exported != base.generation.reader:
            renew_state(root, base.generation, state, exported)
        return report

    _cut(entries, embedder, progress)
    vectors_from = earlier if earlier and earlier.generation.fingerprint["model"] == model else None
    sentences, passages = find_sources(entries, vectors_from)
    embedded = embedder.embed(list(sentences.fresh))

    progress("write", 0, 1)
    facts: dict[str, Any] = {}
    with generations.new_generation(root, embedder.folder, shaped, facts, reader=exported) as made:
        with CatalogWriter(made) as catalog:
            for entry in entries:
                catalog.add(*entry.parts())
        facts |= {"articles": catalog.articles, "sentences": catalog.sentences, "passages": catalog.passages}
        for name, sources, vectors in (
            (SENTENCES_FILE, sentences, vectors_from.sentences if vectors_from else None),
            (PASSAGES_FILE, passages, vectors_from.passages if vectors_from else None),
        ):
            built = Vectors.build(sources.gather(vectors, embedded), vectors)
            built.save(made / name)
            facts[name] = {"exact": built.exact, "recall": built.recall}
        with closing(Catalog(made)) as written:
            Bm25.build(written.terms()).save(made)
        state.write(made)
    progress("write", 1, 1)
    return replace(report, embedded=len(embedded))


def _open(root: Path) -> tuple[PreviousIndex | None, str | None]:
    """Open the index that there is, or say why it cannot serve; neither where there is none."""
    try:
        return generations.open_current(root, PreviousIndex.load), None
    except IndexMissingError:
        return None, None
    except (IndexDamagedError, IndexStaleError) as error:
        return None, error.message


def _export_reader(
    root: Path, reader: ModelState, earlier: PreviousIndex | None, progress: Progress
) -> Export:
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
    corpus: Path, before: Mapping[str, FileState], base: PreviousIndex | None, progress: Progress
) -> tuple[list[ArticleEntry], list[FileState]]:
    """Read the articles that are not in the index `base`, those too that could not be read before."""
    files = corpus_files(corpus)
    entries: list[ArticleEntry] = []
    states: list[FileState] = []
    for number, file in enumerate(files, start=1):
        state, entry = _entry(file, before.get(file.file), base)
        states.append(state)
        if entry:
            entries.append(entry)
        progress("read", number, len(files))
    return sorted(entries, key=lambda entry: entry.state.id), states


def _entry(
    file: CorpusFile, before: FileState | None, base: PreviousIndex | None
) -> tuple[FileState, ArticleEntry | None]:
    """Take a file's article over, or read it: again where it was written meanwhile."""
    for _ in range(_READ_ATTEMPTS):
        stamp = file_changes.stamp(file)
        state = file_changes.describe(file, before)
        if base and state.skipped is None and content_key(state) == content_key(before):
            return state, UnchangedArticle(state, base, base.catalog.row(state.id))
        article, reason = _article(file)
        state = replace(state, skipped=reason)
        if file_changes.stamp(file) == stamp:
            break
    else:  # no content has this digest, so that the next update reads the file again
        state = replace(state, mtime_ns=UNSETTLED, digest="unsettled")
    return state, ReadArticle(state, article) if article else None


def _article(file: CorpusFile) -> tuple[Article | None, str | None]:
    try:
        return read_article(file), None
    except UnreadableFileError as error:
        return None, error.message.removeprefix(f"{file.file}: ")


def _no_articles(corpus: Path, report: BuildReport) -> ConfigurationError:
    message = f"no articles in {corpus}"
    if report.skipped:
        file, why = report.skipped[0]
        message = f"no file in {corpus} can be read as an article ({file}: {why})"
    return ConfigurationError(message, reason=Reason.CORPUS_EMPTY)


def _nothing_changed(entries: Sequence[ArticleEntry], base: PreviousIndex) -> bool:
    return len(entries) == len(base.catalog) and all(isinstance(entry, UnchangedArticle) for entry in entries)


def _cut(entries: Iterable[ArticleEntry], embedder: Embedder, progress: Progress) -> None:
    encoder = embedder.encoder
    read = [entry for entry in entries if isinstance(entry, ReadArticle)]
    for number, entry in enumerate(read, start=1):
        text = entry.article.text
        entry.sentences = split_sentences(text)
        entry.passages = make_passages(text, entry.sentences, encoder.count_tokens, encoder.window)
        progress("cut", number, len(read))
