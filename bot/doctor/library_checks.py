"""Checks of the library: articles, models, index folder, index and whether it is up to date."""

import errno
import json
from collections.abc import Iterator

from bot.config import BotConfig
from bot.doctor.check import FAIL, OK, WARN, Check, try_to_write
from bot.remedies import UPDATE, poor_text_remedy, remedy_for
from bot.wording import count_with_noun
from index.articles.corpus import corpus_files, describe_counts, unsupported_files
from index.building import staleness
from index.checksums import file_sha256
from index.config import NO_READER
from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexMissingError,
    IndexStaleError,
    ModelDamagedError,
    Reason,
)
from index.library import Library
from index.models.model_folders import resolve_encoder, resolve_reader
from index.models.span_model import GRAPH_FILE, SETTINGS_FILE, TOKENIZER_FILE, SpanModel
from index.reading.reader_choice import exported_reader_folder, own_reader_folder
from index.segmentation.characters import escape_unseen
from index.storage.published import check_place, open_published

_MOST_NAMED = 10  # files that are skipped


def examine_corpus(config: BotConfig) -> Check:
    """Check that there are articles: without any, no question can be asked."""
    if config.answers_only:
        return Check("corpus", OK, "none needed: this machine only answers")
    files = corpus_files(config.corpus_directory)
    counts = unsupported_files(config.corpus_directory, config.index_directory)
    ignored = f"; of unsupported types: {describe_counts(counts)}" if counts else ""
    if not files:
        error = ConfigurationError(
            f"{config.corpus_directory}: no articles{ignored}", reason=Reason.CORPUS_EMPTY
        )
        return Check("corpus", FAIL, error.message, remedy_for(error))
    return Check("corpus", OK, f"{config.corpus_directory}: {count_with_noun(len(files), 'file')}{ignored}")


def examine_encoder(config: BotConfig) -> Check:
    """Check that the encoder's files are there and readable."""
    folder = resolve_encoder(config.encoder)
    for file in sorted((*folder.glob("*.json"), *folder.glob("*/*.json"))):
        try:
            json.loads(file.read_bytes())
        except (ValueError, RecursionError):
            raise ModelDamagedError(f"{file}: not JSON", "Download the model again.") from None
    return Check("model", OK, f"{config.model.encoder}: {folder}")


def examine_reader(config: BotConfig) -> Check:
    """Check that the reader's files are there and readable."""
    named = config.answer.reader
    if named == NO_READER:
        return Check("reader", OK, f"{named}: the order of retrieval stands")
    if config.named_reader is None:
        folder = own_reader_folder()
    else:
        resolve_reader(config.named_reader)
        try:
            folder = open_published(
                config, lambda current: exported_reader_folder(config, current), check=False
            )
        except (IndexMissingError, IndexStaleError) as error:
            return Check("reader", WARN, f"{named}: not exported yet: {error.message}", remedy_for(error))
    SpanModel.load(folder)
    files = (GRAPH_FILE, TOKENIZER_FILE, SETTINGS_FILE)
    hashes = ", ".join(f"{name} sha256 {file_sha256(folder / name)[:16]}" for name in files)
    return Check("reader", OK, f"{named}: {folder}", more=hashes)


def examine_index_folder(config: BotConfig) -> Check:
    """Check that the index folder can be written to: without an index, no question can be asked otherwise."""
    check_place(config)
    try:
        try_to_write(config.index_directory)
    except OSError as error:
        return _unwritable(config, error)
    return Check("index folder", OK, f"{config.index_directory} can be written to")


def _unwritable(config: BotConfig, error: OSError) -> Check:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    repair = "free some space on its disk" if full else "make the folder writable"
    detail = f"{error.filename} cannot be written to: {error.strerror}"
    try:
        open_published(config, lambda current: current, check=False)
    except FootnoteError:
        remedy = f"There is no index to answer from: {repair}, or name another one as `[index] directory`."
        return Check("index folder", FAIL, detail, remedy)
    remedy = f"Questions are answered from the last index; to update it, {repair}."
    return Check("index folder", WARN, detail, remedy)


def examine_index(config: BotConfig) -> Check:
    """Check that the index is complete and opens."""
    try:
        Library.open(config)
        facts = open_published(config, lambda current: current.facts, everything=True)
    except (IndexMissingError, IndexStaleError) as error:
        return Check("index", WARN, error.message, remedy_for(error))
    counts = f"{count_with_noun(facts.articles, 'article')}, {count_with_noun(facts.sentences, 'sentence')}"
    return Check("index", OK, f"complete: {counts}")


def examine_skipped(config: BotConfig) -> Iterator[Check]:
    """Yield a check for each file that the index leaves out, with what to do about it, up to a number."""
    files = staleness.skipped_files(config)
    for skipped in files[:_MOST_NAMED]:
        yield Check("skipped file", WARN, f"{escape_unseen(skipped.file)}: {skipped.reason}", skipped.remedy)
    if (more := len(files) - _MOST_NAMED) > 0:
        detail = f"and {count_with_noun(more, 'more file')}"
        yield Check("skipped file", WARN, detail, "`footnote articles` names them all.")
    for poor in staleness.poor_texts(config)[:_MOST_NAMED]:
        detail = f"{escape_unseen(poor.file)}: {poor.reason}"
        yield Check("poor text", WARN, detail, poor_text_remedy(poor.reason))


def examine_freshness(config: BotConfig) -> Check:
    """Check that the index is up to date with the articles."""
    if reason := staleness.compare(config).stale_because:
        return Check("up to date", WARN, reason, UPDATE)
    return Check("up to date", OK, "the index matches the articles")
