"""What `/library` does to a corpus, or reads of it, in a child process (`update_process.work_in_child`)."""

import io
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.config import BotConfig
from bot.discord.library.quotas import remaining_quota
from bot.feedback.grouping import SameWords, group_alike, in_same_words
from bot.feedback.places import feedback_of
from bot.feedback.unanswered import UnansweredQuestions
from bot.shown_citations import shown_citations
from index.errors import IndexDamagedError, IndexMissingError, IndexStaleError, IngestionError
from index.ingestion.corpus_changes import IngestionResult, Outcome, add_article, describe
from index.records import Progress

if TYPE_CHECKING:
    from index.library import Library

ATTACHMENTS_FOLDER = "discord"
"""Folder of the corpus that files from Discord go to."""


NEAREST = 2
"""Sentences that are named with a question that was not answered, at most."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Hosts that `attachments` are fetched from, and `private` ones that members may name pages of.

    All others have to be on the public internet. Those of `[corpus] allow_hosts` are the owner's alone.
    """

    attachments: Collection[str] = ("cdn.discordapp.com", "media.discordapp.net")
    private: Collection[str] = ()


DISCORDS = Hosts()


@dataclass(frozen=True, slots=True)
class NearSentence:
    """A sentence that is near a question, and the title of its article."""

    sentence: str
    title: str


@dataclass(frozen=True, slots=True)
class UnansweredGroup:
    """Similar questions that were not answered: how often they were asked, and the latest of them.

    `answered` if all of them have an answer by now. `nearest` are the sentences nearest to the latest.
    """

    count: int
    question: str
    answered: bool
    nearest: tuple[NearSentence, ...]


def add_web_page(
    config: BotConfig,
    _progress: Progress,
    _wait: float,
    *,
    address: str,
    title: str,
    hosts: Hosts,
) -> IngestionResult:
    """Fetch a page and add it; raises what `index.ingestion.pages.add_page` raises."""
    from index.ingestion.pages import add_page  # with what only the child needs
    from index.ingestion.polite_fetching import PoliteFetcher

    corpus = config.corpus_directory
    added = add_page(corpus, address, PoliteFetcher(hosts.private), quota=remaining_quota(config))
    if not title:
        return added
    describe(corpus / added.file, {"title": title})
    outcome = Outcome.ADDED if added.outcome is Outcome.ADDED else Outcome.UPDATED
    return replace(added, title=title, outcome=outcome)


def add_attachment(
    config: BotConfig,
    _progress: Progress,
    _wait: float,
    *,
    address: str,
    name: str,
    title: str,
    hosts: Hosts,
) -> IngestionResult:
    """Fetch a file that was attached in Discord, and add it under its name.

    Raises FetchError, IngestionError, UnreadableFileError and OSError.
    """
    from index.ingestion.addresses import web_address  # with what only the child needs
    from index.ingestion.fetching import fetch
    from index.ingestion.pages import file_name, says_fetched

    url = web_address(address)
    if url.host not in hosts.attachments:
        raise IngestionError("is not on Discord's servers")
    content = fetch(url, None, hosts.private).body
    path = PurePosixPath(name)
    file = f"{ATTACHMENTS_FOLDER}/{file_name(path.stem)}{path.suffix.lower()}"
    if says_fetched(content):  # or a refresh would ask for an address that nobody checked
        raise IngestionError("says that it was fetched from the web: add its address instead")
    corpus = config.corpus_directory
    place = corpus / file
    if place.exists() and place.read_bytes() != content:
        raise IngestionError(
            f"{file} is in the library already, with other content. Remove that article first, or give your "
            "file another name"
        )
    description = {"title": title} if title else None
    return add_article(corpus, name, file, content, description, remaining_quota(config))


def zip_articles(config: BotConfig, _progress: Progress, _wait: float, *, limit: int) -> bytes | None:
    """Return the articles, and what is beside them, as a zip; None above `limit` bytes, b"" without any."""
    from index.articles.corpus import corpus_files

    corpus, target = config.corpus_directory, io.BytesIO()
    files = corpus_files(corpus) if corpus.is_dir() else []
    if not files:
        return b""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for file in files:
            for path in filter(None, (file.path, file.sidecar)):
                archive.write(path, path.relative_to(corpus))
                if target.tell() > limit:
                    return None
    return target.getvalue() if len(target.getvalue()) <= limit else None


def unanswered_groups(
    config: BotConfig, _progress: Progress, _wait: float, *, most: int, since: str = ""
) -> tuple[list[UnansweredGroup], int]:
    """Group the questions that were not answered, latest first, and ask those of `most` groups again.

    Returns these groups, and how many there are. Questions asked until the time `since` are left out.
    """
    stored = UnansweredQuestions(feedback_of(config), config.discord.keep_days)
    questions = in_same_words([each for each in stored.list() if each.asked > since])
    if not questions:
        return [], 0
    library = _open_library(config)
    groups = group_alike(questions, library.question_vectors([each.latest.question for each in questions]))
    return [_unanswered_group(library, group) for group in groups[:most]], len(groups)


def _unanswered_group(library: "Library", group: Sequence[SameWords]) -> UnansweredGroup:
    questions = [each.latest.question for each in group]
    latest = library.ask(questions[0])
    return UnansweredGroup(
        sum(each.count for each in group),
        questions[0],
        latest.answerable and all(library.ask(each).answerable for each in questions[1:]),
        tuple(NearSentence(each.sentence, each.article.title) for each in shown_citations(latest)[:NEAREST]),
    )


def _open_library(config: BotConfig) -> "Library":
    """Open what is asked with a configuration: in a server, its own articles and the common ones."""
    from index.library import Library  # with what only the child needs

    if config.common is None:
        return Library.open(config)
    common = Library.open(config.common)
    try:
        return Library.open(config, earlier=common).joined_with(common)
    except (IndexMissingError, IndexDamagedError, IndexStaleError):  # it is being built
        return common
