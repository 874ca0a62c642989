"""Update of the index: read, segment and embed the articles that changed, write and publish it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from index.articles.corpus import (
    CorpusFile,
    article_ids,
    check_corpus,
    corpus_files,
    describe_counts,
    read_article,
    unsupported_files,
)
from index.articles.file_formats import unreadable
from index.articles.file_limits import end_reading_process
from index.articles.text_quality import find_poor_text
from index.building import file_changes
from index.building.embedding import Embedder
from index.building.file_changes import UNSETTLED
from index.building.model_changes import model_states
from index.building.publication import Publication
from index.building.report import BuildReport, make_report
from index.building.reuse import (
    ArticleEntry,
    PreviousIndex,
    ReadArticle,
    UnchangedArticle,
    find_vector_sources,
    passage_texts,
    sentence_texts,
)
from index.building.targets import Target, publishing_target
from index.config import Config
from index.errors import ConfigurationError, IndexUnwritableError, Reason, UnreadableFileError
from index.memory import return_unused
from index.records import Article, Progress
from index.segmentation.passages import make_passages
from index.segmentation.search_terms import terms
from index.segmentation.sentences import split_sentences
from index.storage import generations
from index.storage.fingerprint import difference, fingerprint, reader_name
from index.storage.generations import ExportedReader
from index.storage.input_state import FileState, InputState, ModelState, skipped_files
from index.storage.published import check_place, open_published

WAIT = 300.0
"""Seconds that a writer waits for another writer."""

_READ_ATTEMPTS = 3  # of a file that is being written


def update(
    config: Config, progress: Progress = lambda *_: None, wait: float = WAIT, *, rebuild: bool = False
) -> BuildReport:
    """Bring the index up to date with the corpus, the models and this program, or build it.

    `rebuild` takes nothing from the previous index: every file is read and every text embedded again.

    Until that is done, and whatever stops it, the previous index answers; it also stays if the corpus has
    become empty. Raises ConfigurationError if there is no article, IndexBusyError after `wait` seconds,
    ModelMissingError, ModelDamagedError, and IndexUnwritableError if the index folder cannot be written.
    """
    started = time.perf_counter()
    root = config.models_directory
    check_place(config)
    if config.answers_only:
        return _export_models(config, progress, wait)
    check_corpus(config.corpus_directory)  # an error here leaves no index folder behind
    try:
        with publishing_target(config, wait, rebuild=rebuild) as target:
            report = _update(config, target, progress, rebuild)
    except OSError as error:
        raise IndexUnwritableError(
            f"the index in {root} cannot be written: {error.strerror or error}",
            "Check the folder's permissions and free disk space; an index that was there is intact.",
        ) from error
    return replace(report, seconds=time.perf_counter() - started)


def _export_models(config: Config, progress: Progress, wait: float) -> BuildReport:
    """Export the models of a library in a database that this machine adds nothing to.

    Raises ConfigurationError if they are not those of the library.
    """
    root = config.models_directory
    library = open_published(config, lambda current: current)
    encoder, reader = model_states(config, None)
    if changed := difference(library.fingerprint, fingerprint(encoder.fingerprint)):
        raise ConfigurationError(
            f"{changed}, by another machine, and this one only answers",
            "Use the same model and version of Footnote on all machines.",
            reason=Reason.STORE_REFUSED,
        )
    with generations.writers_lock(root, wait):
        if reader:
            _export_reader(root, reader, None, progress)
        Embedder.open(root, Path(encoder.folder), encoder.fingerprint, progress)
    return make_report([], [], {}, None)


def _update(config: Config, target: Target, progress: Progress, rebuild: bool) -> BuildReport:
    root = target.models
    previous, rebuilt = target.open()
    encoder, reader = model_states(config, previous.state if previous else None)
    model = encoder.fingerprint
    new_fingerprint = fingerprint(model)
    target.check_others(new_fingerprint)
    if previous:
        changed = difference(previous.generation.fingerprint, new_fingerprint)
        rebuilt = "a rebuild was asked for" if rebuild else changed
    articles_from = None if rebuilt else previous

    file_states = previous.state.files if previous else {}
    entries, states = _read(config.corpus_directory, {} if rebuild else file_states, articles_from, progress)
    if not entries:
        raise _no_articles(config, states)
    exported_reader = _export_reader(root, reader, previous, progress) if reader else None
    embedder, exported = Embedder.open(root, Path(encoder.folder), model, progress)
    entries, states = _segment(entries, states, embedder, progress)
    if not entries:
        raise _no_articles(config, states)
    entries, states = _with_ids(entries, states)
    entries, states = _without_taken(entries, states, target)
    report = make_report(entries, states, file_states, rebuilt)
    inputs = InputState(encoder, reader, {state.file: state for state in states})
    if articles_from and not exported and _nothing_changed(entries, articles_from):
        # The reader, or times only: otherwise the same contents would be compared each time.
        if inputs != articles_from.state or exported_reader != articles_from.generation.exported_reader:
            target.publish_inputs(articles_from.generation, inputs, exported_reader)
        return report

    # An index that no article can be taken from may still have the vectors of texts.
    same_model = previous is not None and previous.generation.fingerprint.model == model
    vectors_from = previous if same_model and not rebuild else None
    written = target.written(entries)
    sentences, passages = find_vector_sources(written, vectors_from)
    embedded = embedder.embed(list(sentences.new_texts))
    report = replace(report, embedded=len(embedded))
    sentence_vectors = sentences.gather(vectors_from.sentences if vectors_from else None, embedded)
    passage_vectors = passages.gather(vectors_from.passages if vectors_from else None, embedded)
    encoder_folder = embedder.folder
    # Writing needs neither the texts nor the encoder any more, nor what embedding has left behind.
    sentences.new_texts.clear()
    del embedder
    return_unused()

    progress("write", 0, 1)
    target.publish(
        written,
        sentence_vectors,
        passage_vectors,
        Publication(entries, vectors_from, inputs, encoder_folder, new_fingerprint, exported_reader),
    )
    progress("write", 1, 1)
    return report


def _export_reader(
    root: Path, reader: ModelState, previous: PreviousIndex | None, progress: Progress
) -> ExportedReader:
    """Return the exported reader, after exporting it if it is missing or damaged."""
    name = reader_name(reader.fingerprint)
    exported = generations.find_reader(root, name, previous.generation.exported_reader if previous else None)
    if exported is None:
        from index.models.span_model_export import export_span_model  # takes seconds, for torch

        progress("export the reader", 0, 1)
        exported = generations.put_reader(root, name, partial(export_span_model, Path(reader.folder)))
        progress("export the reader", 1, 1)
    return exported


def _read(
    corpus: Path,
    file_states: Mapping[str, FileState],
    articles_from: PreviousIndex | None,
    progress: Progress,
) -> tuple[list[ArticleEntry], list[FileState]]:
    """Read the articles that are not in the index `articles_from`, and try those that could not be read."""
    files = corpus_files(corpus)
    entries: list[ArticleEntry] = []
    states: list[FileState] = []
    for number, file in enumerate(files, start=1):
        state, entry = _entry(file, file_states.get(file.file), articles_from)
        states.append(state)
        if entry:
            entries.append(entry)
        progress("read", number, len(files))
    end_reading_process()
    return entries, states


def _with_ids(
    entries: list[ArticleEntry], states: list[FileState]
) -> tuple[list[ArticleEntry], list[FileState]]:
    """Give the articles their ids, and sort them by these."""
    ids = dict(zip(names := sorted(entry.state.file for entry in entries), article_ids(names), strict=True))
    for entry in entries:
        entry.state = entry.state._replace(id=ids[entry.state.file])
    states = [state._replace(id=ids.get(state.file, state.id)) for state in states]
    return sorted(entries, key=lambda entry: entry.state.id), states


def _without_taken(
    entries: list[ArticleEntry], states: list[FileState], target: Target
) -> tuple[list[ArticleEntry], list[FileState]]:
    """Skip the articles whose ids articles of other machines have."""
    taken = target.taken([entry.state.id for entry in entries])
    if not taken:
        return entries, states
    reason = "an article of another machine has its id"
    return (
        [entry for entry in entries if entry.state.id not in taken],
        [
            state._replace(skipped=reason, remedy="Rename one of them.", poor="")
            if state.skipped is None and state.id in taken
            else state
            for state in states
        ],
    )


def _entry(
    file: CorpusFile, previous: FileState | None, articles_from: PreviousIndex | None
) -> tuple[FileState, ArticleEntry | None]:
    """Reuse a file's article, or read it: repeatedly if it is written at the same time."""
    for _ in range(_READ_ATTEMPTS):
        stamp = file_changes.write_stamp(file)
        state = file_changes.file_state(file, previous)
        if articles_from and previous and state.skipped is None and state.digest == previous.digest:
            return state, UnchangedArticle(state, articles_from, articles_from.rows[previous.id])
        article, reason, remedy = _article(file)
        poor = (article.flaw or find_poor_text(article.text)) if article else ""
        state = state._replace(skipped=reason, remedy=remedy, poor=poor)
        if file_changes.write_stamp(file) == stamp:
            break
    else:  # no content has this digest, so that the next update reads the file again
        state = state._replace(mtime_ns=UNSETTLED, digest="unsettled")
    return state, ReadArticle(state, article) if article else None


def _article(file: CorpusFile) -> tuple[Article | None, str | None, str]:
    """Read a file as an article, or return the reason why it is none, and the remedy."""
    try:
        return read_article(file), None, ""
    except UnreadableFileError as error:
        return None, error.message.removeprefix(f"{file.file}: "), error.remedy


def _no_articles(config: Config, states: Iterable[FileState]) -> ConfigurationError:
    corpus = config.corpus_directory
    message, remedy = f"no articles in {corpus}", ""
    if counts := unsupported_files(corpus, config.index_directory):
        message += f", only files of unsupported types: {describe_counts(counts)}"
    if skipped := skipped_files(states):
        first = skipped[0]
        message = f"no file in {corpus} can be read as an article ({first.file}: {first.reason})"
        remedy = first.remedy
    return ConfigurationError(message, remedy, reason=Reason.CORPUS_EMPTY)


def _nothing_changed(entries: Sequence[ArticleEntry], index: PreviousIndex) -> bool:
    return len(entries) == len(index.rows) and all(isinstance(entry, UnchangedArticle) for entry in entries)


def _segment(
    entries: list[ArticleEntry], states: list[FileState], embedder: Embedder, progress: Progress
) -> tuple[list[ArticleEntry], list[FileState]]:
    """Segment the articles that were read; skip those that cannot be segmented or searched."""
    articles = [entry for entry in entries if isinstance(entry, ReadArticle)]
    skipped: dict[str, FileState] = {}
    for number, entry in enumerate(articles, start=1):
        try:
            _segment_article(entry, embedder)
        except Exception as error:  # whatever a text holds: one file must not stop the others
            state = entry.state
            skipped[state.file] = state._replace(skipped=unreadable(error).message, poor="")
        progress("split into sentences", number, len(articles))
    return (
        [entry for entry in entries if entry.state.file not in skipped],
        [skipped.get(state.file, state) for state in states],
    )


def _segment_article(entry: ReadArticle, embedder: Embedder) -> None:
    """Segment an article, and try what is embedded and searched of it. Raises whatever that raises."""
    article, encoder = entry.article, embedder.encoder
    text, blocks = article.text, article.blocks
    entry.sentences = split_sentences(text, blocks)
    entry.passages = make_passages(text, entry.sentences, encoder.count_tokens, encoder.window, blocks)
    passage_texts(article, entry.sentences, entry.passages)
    for sentence in sentence_texts(article, entry.sentences):
        terms(sentence)
