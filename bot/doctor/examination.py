"""Checks what Footnote stands on, one after the other, and says how to mend what is wrong."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.config import Config
from bot.discord.account.token import FILE_VARIABLE, VARIABLE, is_configured
from bot.terminal.blocks import Block, Piece, counted
from bot.terminal.command_group import in_words
from bot.wording import safe
from index.articles.corpus import corpus_files
from index.building.update import is_stale
from index.config import NO_READER
from index.errors import FootnoteError, IndexMissingError, IndexStaleError, ModelDamagedError
from index.library import Library
from index.models.model_folders import file_sha256, resolve_encoder, resolve_reader
from index.models.span_model import GRAPH_FILE, SETTINGS_FILE, TOKENIZER_FILE, SpanModel
from index.reading.reader_choice import exported_reader_folder, own_reader_folder
from index.storage.generations import open_current

OK, WARN, FAIL = "ok", "warn", "fail"

REBUILD = "Run: footnote index"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is (`ok`, `warn` or `fail`), and, where it is not well, what mends it."""

    check: str
    status: str
    detail: str
    mend: str = ""


def examine(config: Config, path: Path | None) -> Iterator[Check]:
    """Yield one check after the other; `path` is the configuration file, None where there is none."""
    found = str(path.absolute()) if path else f"no file found: the defaults, in {config.base}"
    yield Check("configuration", OK, found)
    looks: tuple[tuple[str, Callable[[Config], Check]], ...] = (
        ("corpus", _corpus),
        ("model", _model),
        ("reader", _reader),
        ("index folder", _folder),
    )
    yield from (_looked(name, look, config) for name, look in looks)
    index = _looked("index", _index, config)
    yield index
    if index.status == OK:  # else that says enough
        yield _looked("up to date", _fresh, config)
    yield from _discord(config)


def check_blocks(check: Check) -> list[Block]:
    """Lay out a check in one line, with the mend below it."""
    pieces = (Piece(f"{check.check:<15}"), Piece(safe(check.detail)))
    blocks = [Block(pieces, f"{check.status:<5}", check.status)]
    if check.mend:
        blocks.append(Block((Piece(safe(check.mend), "aside"),), " " * 20))
    return blocks


def try_to_write(folder: Path) -> None:
    """Write a file that leaves no trace in a folder, or where that would be made. Raises OSError."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0")
    except OSError as error:  # it names the file that would have been
        raise OSError(error.errno, error.strerror, str(there)) from None


def _looked(name: str, look: Callable[[Config], Check], config: Config) -> Check:
    try:
        return look(config)
    except FootnoteError as error:
        return Check(name, FAIL, error.message, error.mend)
    except OSError as error:
        return Check(name, FAIL, in_words(error), "Make it readable, or name another in the configuration.")


def _corpus(config: Config) -> Check:
    files = corpus_files(config.corpus_directory)
    if not files:
        mend = "Put articles there (.txt, .md, .html, .pdf), then run: footnote index"
        return Check("corpus", WARN, f"{config.corpus_directory}: no articles", mend)
    return Check("corpus", OK, f"{config.corpus_directory}: {counted(len(files), 'file')}")


def _model(config: Config) -> Check:
    folder = resolve_encoder(config.encoder)
    for file in sorted((*folder.glob("*.json"), *folder.glob("*/*.json"))):
        try:
            json.loads(file.read_bytes())
        except (ValueError, RecursionError):
            raise ModelDamagedError(f"{file}: not JSON", "Get the model anew.") from None
    return Check("model", OK, f"{config.model.encoder}: {folder}")


def _reader(config: Config) -> Check:
    named = config.answer.reader
    if named == NO_READER:
        return Check("reader", OK, f"{named}: the order of retrieval stands")
    if config.named_reader is None:
        folder = own_reader_folder()
    else:
        resolve_reader(config.named_reader)
        try:
            folder = open_current(
                config.index_directory, lambda found: exported_reader_folder(config, found), check=False
            )
        except (IndexMissingError, IndexStaleError) as error:
            return Check("reader", WARN, f"{named}: not exported yet: {error.message}", REBUILD)
    SpanModel.load(folder)
    files = (GRAPH_FILE, TOKENIZER_FILE, SETTINGS_FILE)
    hashes = ", ".join(f"{name} sha256 {file_sha256(folder / name)[:16]}" for name in files)
    return Check("reader", OK, f"{named}: {folder}: {hashes}")


def _folder(config: Config) -> Check:
    config.check_index_directory()
    try:
        try_to_write(config.index_directory)
    except OSError as error:
        mend = "Questions are answered from the last index; to update it, make the folder writable."
        return Check("index folder", WARN, f"{error.filename} cannot be written to: {error.strerror}", mend)
    return Check("index folder", OK, f"{config.index_directory} can be written to")


def _index(config: Config) -> Check:
    try:
        library = Library.open(config)
    except (IndexMissingError, IndexStaleError) as error:
        return Check("index", WARN, error.message, REBUILD)
    articles = library.articles()
    sentences = sum(info.sentences for info in articles)
    return Check("index", OK, f"whole: {counted(len(articles), 'article')}, {counted(sentences, 'sentence')}")


def _fresh(config: Config) -> Check:
    if reason := is_stale(config):
        return Check("up to date", WARN, str(reason), REBUILD)
    return Check("up to date", OK, "the index stands for the articles as they are")


def _discord(config: Config) -> Iterator[Check]:
    if config.metrics.listen:
        from bot.doctor.discord_checks import look_at_metrics

        yield look_at_metrics(config)
    if not is_configured(os.environ):  # most people ask in a terminal: nothing is wanting
        yield Check("discord", OK, f"no bot set up: {VARIABLE} and {FILE_VARIABLE} are not set")
        return
    from bot.doctor.discord_checks import look_at_discord, look_at_feedback

    yield look_at_feedback(config)
    yield from look_at_discord(config)
