"""Changes of the corpus folder: an article comes whole or not at all, and one that goes can be brought back.

Each file is written under a hidden name first, which the index passes over, and gets its own in one step.
"""

import errno
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path, PurePosixPath

from index.articles.corpus import CorpusFile, corpus_files, read_article
from index.articles.file_formats import has_known_format
from index.articles.sidecar import SUFFIX, read_sidecar, sidecar_content
from index.articles.text_quality import find_poor_text
from index.errors import IngestionError, UnknownArticleError, UnreadableFileError
from index.ingestion.remaining_quota import RemainingQuota, Size, on_disk
from index.records import Article
from index.segmentation.sentences import split_sentences

TRASH = ".trash"
"""Name of the folder beside the corpus that removed articles are moved to."""

_UNFINISHED = ".footnote-"
"""What the name of a file begins with that is being written."""
_DRAFT = re.compile(rf"{re.escape(_UNFINISHED)}[0-9a-f]{{16}}(?:\.[^.]+)?")
_ABANDONED = 3600.0  # seconds after which such a file belongs to a process that was killed
_BY_CONTENT = ".json"  # files of this type are known by what is in them, and so not before they are there
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class Outcome(StrEnum):
    """What became of a file or a page."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class IngestionResult:
    """A file or page, what became of it, and what was read of it; `warning` is "" if all is well.

    `sentences` is None if nothing was read, as of a page that has not changed.
    """

    source: str
    outcome: Outcome
    file: str
    title: str
    url: str | None
    sentences: int | None
    warning: str


def add_article(
    corpus: Path,
    source: str,
    file: str,
    content: bytes,
    description: Mapping[str, str] | None = None,
    quota: RemainingQuota | None = None,
) -> IngestionResult:
    """Add an article as `file`, its path below the corpus folder, after reading it as the index will.

    A `description` is kept in a file beside it, over what that says if the article is there already. Raises
    UnreadableFileError if it is no article, IngestionError if its place is not in the corpus or is taken by
    another content, QuotaError if it is more than the `quota`, and OSError.
    """
    with _staged(corpus, file, content, description) as (path, unfinished, beside, article):
        sidecar = path.with_name(path.name + SUFFIX)
        outcome = _outcome(path, content)
        _take(quota, article, path, unfinished, beside)
        if description and not (sidecar.exists() and sidecar.read_bytes() == beside.read_bytes()):
            beside.replace(sidecar)
            outcome = outcome if outcome is Outcome.ADDED else Outcome.UPDATED
        if outcome is Outcome.ADDED:
            try:
                _publish(unfinished, path)
            except FileExistsError:  # another process was faster
                outcome = _outcome(path, content)
    return _result(source, file, article, outcome)


def replace_article(
    corpus: Path,
    source: str,
    file: str,
    content: bytes,
    description: Mapping[str, str] | None = None,
    quota: RemainingQuota | None = None,
) -> IngestionResult:
    """Put another content in the place of an article, after reading it. Raises what `add_article` raises.

    The article goes first: one whose description is older is known by its digest, and described again.
    """
    with _staged(corpus, file, content, description) as (path, unfinished, beside, article):
        _take(quota, article, path, unfinished, beside)
        unfinished.replace(path)
        if description:
            beside.replace(path.with_name(path.name + SUFFIX))
    return _result(source, file, article, Outcome.UPDATED)


def describe(path: Path, description: Mapping[str, str] | None) -> None:
    """Rewrite the file beside an article, if it has a description. Raises IngestionError and OSError."""
    if description:
        sidecar = path.with_name(path.name + SUFFIX)
        with _written(sidecar, _described(sidecar, description)) as beside:
            beside.replace(sidecar)


def _described(sidecar: Path, description: Mapping[str, str]) -> bytes:
    """Return what the file beside an article is to hold: what it says already, and a description over that.

    Raises IngestionError if it holds more than these commands write, such as a comment: a person's work.
    """
    values: dict[str, str] = {}
    if sidecar.exists():
        with suppress(ValueError):
            values = {key: str(value) for key, value in read_sidecar(sidecar).items()}
        if sidecar.read_bytes() != sidecar_content(values):
            raise IngestionError(f"{sidecar.name} beside it was written by hand: change it there")
    return sidecar_content({**values, **description})


def _result(source: str, file: str, article: Article, outcome: Outcome) -> IngestionResult:
    return IngestionResult(
        source,
        outcome,
        file,
        article.title,
        article.url,
        sentences=len(split_sentences(article.text, article.blocks)),
        warning=article.flaw or find_poor_text(article.text),
    )


@contextmanager
def _staged(
    corpus: Path, file: str, content: bytes, description: Mapping[str, str] | None
) -> Iterator[tuple[Path, Path, Path, Article]]:
    """Yield the place of an article, hidden files with it and its description, and what was read of them."""
    path = place_in_corpus(corpus, file)
    path.parent.mkdir(parents=True, exist_ok=True)
    sidecar = path.with_name(path.name + SUFFIX)
    with (
        _written(path, content) as unfinished,
        _written(sidecar, _described(sidecar, description) if description else b"") as beside,
    ):
        name = file.removesuffix(path.suffix)
        article = read_article(CorpusFile(unfinished, file, name, beside if description else None))
        if not has_known_format(unfinished):
            raise IngestionError(_not_read(path))
        if article.title == unfinished.stem:  # a table is called as its file
            article = replace(article, title=path.stem)
        yield path, unfinished, beside, article


def _take(quota: RemainingQuota | None, article: Article, path: Path, unfinished: Path, beside: Path) -> None:
    """Take an article off the quota, which comes in the place of one that may be there. Raises QuotaError."""
    if quota is not None:
        there = CorpusFile(path, article.file, article.id)
        before = _size(there, path.with_name(path.name + SUFFIX)) if path.exists() else None
        quota.take(Size(len(article.text), _on_disk(unfinished) + _on_disk(beside)), before)


def _size(file: CorpusFile, sidecar: Path) -> Size:
    """Return what an article takes that is to be replaced."""
    try:
        characters = len(read_article(file).text)
    except UnreadableFileError:
        characters = 0
    return Size(characters, _on_disk(file.path) + (_on_disk(sidecar) if sidecar.exists() else 0))


def _on_disk(path: Path) -> int:
    return on_disk(path.stat().st_size)


def _outcome(path: Path, content: bytes) -> Outcome:
    """Return what becomes of an article that is to be at `path`. Raises IngestionError if another is."""
    if not path.exists():
        return Outcome.ADDED
    if path.read_bytes() != content:
        raise IngestionError(f"{path} is there already, with another content")
    return Outcome.UNCHANGED


def find_file(corpus: Path, name: str) -> CorpusFile:
    """Return the file of the article with that id or file. Raises UnknownArticleError, ConfigurationError."""
    files = corpus_files(corpus)
    found = next((file for file in files if name in (file.id, file.file)), None)
    if found is None:
        near = get_close_matches(name, [file.id for file in files], n=3)
        nearest = f"; nearest: {', '.join(near)}" if near else ""
        raise UnknownArticleError(f"no article is called {name!r}{nearest}")
    return found


def remove_articles(corpus: Path, files: Iterable[CorpusFile]) -> Path:
    """Move articles to a new folder in the trash beside the corpus, and return that. Raises OSError.

    They lie in it as they lay in the corpus.
    """
    trash = _new_trash_folder(corpus)
    for file in files:
        for path in filter(None, (file.path, file.sidecar)):
            moved = trash / path.relative_to(corpus)
            moved.parent.mkdir(parents=True, exist_ok=True)
            _move(path, moved)
    return trash


def place_in_corpus(corpus: Path, file: str) -> Path:
    """Return the path of a file that is to be below the corpus folder, where the index reads it.

    Raises IngestionError if that is no place for an article; of JSON, what is in the file decides.
    """
    parts = PurePosixPath(file).parts
    path = corpus.joinpath(*parts)
    if any(part == ".." or part.startswith(".") for part in parts) or PurePosixPath(file).is_absolute():
        raise IngestionError(f"{file!r} is no place below the corpus folder, or a hidden one")
    if not has_known_format(path) and (path.suffix.lower() != _BY_CONTENT or path.exists()):
        raise IngestionError(_not_read(path))
    if not path.parent.resolve().is_relative_to(corpus.resolve()):
        raise IngestionError(f"a link leads from {file!r} out of the corpus folder")
    return path


def _not_read(path: Path) -> str:
    kind = f"files of the type {path.suffix}" if path.suffix else "files without extension"
    return f"{kind} are not read"


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[Path]:
    """Write `content` to a hidden file beside `path`, which is gone when the block ends."""
    for draft in path.parent.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):  # another process has finished it, or it is not this one's to delete
            if _is_abandoned(draft):
                draft.unlink()
    unfinished = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}{path.suffix}")
    try:
        try:
            with unfinished.open("xb") as opened:  # readable for the bot, unlike a temporary file
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
        except OSError as error:
            error.filename = str(path)  # not a name that nobody gave
            raise
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def _is_abandoned(path: Path) -> bool:
    """Tell whether a file is what a killed process left, and not one that a person called alike."""
    if not _DRAFT.fullmatch(path.name):
        return False
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and time.time() - status.st_mtime > _ABANDONED


def _publish(unfinished: Path, path: Path) -> None:
    """Give a file its name, unless there is one of that name. Raises FileExistsError."""
    try:
        path.hardlink_to(unfinished)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():  # without links, two at once may both pass here, with one as the result
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        unfinished.rename(path)


def _new_trash_folder(corpus: Path) -> Path:
    """Make a folder in the trash that is named by the time."""
    name = time.strftime("%Y-%m-%dT%H-%M-%S")
    for number in range(1, 1_000):
        folder = corpus.parent / TRASH / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))


def _move(source: Path, target: Path) -> None:
    """Move a file, to another file system, too: it is whole in one of the places at any time."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        unfinished = target.with_name(f"{_UNFINISHED}{target.name}")
        shutil.copy2(source, unfinished)
        unfinished.replace(target)
        source.unlink()
