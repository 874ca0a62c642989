"""What `/library` says: what became of an article, what was not answered, and why something did not work."""

from collections.abc import Mapping, Sequence

import discord

from bot.discord.library.corpus_work import UnansweredGroup
from bot.discord.replies import message_limits
from bot.discord.replies.markdown import UNTITLED, cut, escape_to_fit, link, units
from bot.discord.replies.reply import BLUE, BOLD, TITLE_LIMIT, Reply, notice
from bot.wording import count_with_noun
from index.ingestion.corpus_changes import IngestionResult, Outcome

QUESTION_SHOWN = 200
"""Units of a question in the list of gaps."""
SENTENCE_SHOWN, TITLE_SHOWN = 120, 50
"""Units of a sentence in the list of gaps, and of the title of its article."""
REASON_LIMIT = 400
FAILURES_SHOWN = 5

ONE_SOURCE = "Give me a file or an address: one of the two."
NO_GAPS = "There is no question that I could not answer."
GAPS_OFF = (
    "I don't keep the questions that I can't answer. Whoever runs me can switch that on with "
    "`[discord] keep_unanswered = true`."
)
SEVERAL_SERVERS = (
    "I answer in several servers and don't keep in which of them a question was asked, so I list them in "
    "none. Whoever runs me sees them with `footnote gaps`."
)
NO_OWN_ARTICLES = "Nothing has been added in this server yet. `/library add` does."
NOTHING_FETCHED = "No article of this library came from a page or a message, so there is nothing to ask."

# How the reasons begin that speak of a file or a page without naming it: "is larger than 20 MB"
_ABOUT_IT = ("is", "has", "says", "takes", "redirects", "leads", "asks", "was")


def added_reply(added: IngestionResult, *, found: bool) -> Reply:
    """Say what became of a file or a page; `found` if questions are answered from it by now."""
    name = f"{BOLD}{link(added.title, added.url, TITLE_LIMIT)}{BOLD}"
    if added.outcome is Outcome.UNCHANGED:
        return notice(f"{name} is in the library already, and has not changed.")
    size = "" if added.sentences is None else f", {count_with_noun(added.sentences, 'sentence')}"
    done = "Added" if added.outcome is Outcome.ADDED else "Updated"
    text = f"{done} {name}{size}. {_when(found)}"
    if added.warning:
        text += f"\nIts text may be hard to find things in: {escape_to_fit(added.warning, REASON_LIMIT)}."
    return notice(text)


def failed_reply(what: str, reason: str) -> Reply:
    """Say why something did not come into the library."""
    it = "it " if reason.split(" ", 1)[0] in _ABOUT_IT else ""
    return notice(f"{what}: {it}{escape_to_fit(reason.rstrip('.'), REASON_LIMIT)}.")


def too_large_reply(most: int) -> Reply:
    """Say that a file is too large."""
    return notice(f"Not added: that file is larger than {most // 2**20} MB.")


def unknown_type_reply(name: str) -> Reply:
    """Say that files of that type are not read."""
    return notice(f"Not added: I can't read files like {escape_to_fit(name, 100)}. Text, Markdown, HTML, PDF "
                  "and Word files work.")  # fmt: skip


def removed_reply(title: str, *, found: bool) -> Reply:
    """Say that an article was removed; `found` if no question is answered from it any more."""
    later = "" if found else " I answer from it until my index is up to date."
    return notice(
        f"Removed {BOLD}{escape_to_fit(title, TITLE_LIMIT)}{BOLD}.{later} Whoever runs me can bring it back."
    )


def refreshed_reply(
    outcomes: Mapping[str, int], failures: Mapping[str, str], *, removed: int, found: bool
) -> Reply:
    """Say how many articles are of each outcome, and why some could not be asked for.

    `removed` of those whose page or message is gone were taken out.
    """
    if not outcomes and not failures:
        return notice(NOTHING_FETCHED)
    counts = [f"{outcomes.get(each, 0)} {each}" for each in (Outcome.UPDATED, Outcome.UNCHANGED)]
    if gone := outcomes.get(Outcome.GONE):
        became = f"{removed} removed" if removed else "the copies stay"
        counts.append(f"{gone} gone ({became})")
    lines = [f"{', '.join(counts)}, {len(failures)} failed. {_when(found)}"]
    for article, reason in list(failures.items())[:FAILURES_SHOWN]:
        lines.append(f"-# {escape_to_fit(article, 100)}: {escape_to_fit(reason, 200)}")
    return notice(cut("\n".join(lines), message_limits.CONTENT))


def gaps_reply(gaps: Sequence[UnansweredGroup], total: int) -> Reply:
    """List groups of questions, latest first: how often they were asked, and what is nearest to them.

    There are `total` groups; those that do not fit are counted.
    """
    if not gaps:
        return notice(NO_GAPS)
    lines: list[str] = []
    shown = 0
    for gap in gaps:
        of_gap = _gap_lines(gap)
        if units("\n".join([*lines, *of_gap])) > message_limits.EMBED_DESCRIPTION:
            break
        lines += of_gap
        shown += 1
    embed = discord.Embed(title="What I could not answer", description="\n".join(lines), colour=BLUE)
    more = f", {total - shown} more in the terminal" if total > shown else ""
    embed.set_footer(text=f"similar questions are counted together, latest first{more}")
    return Reply(embed=embed)


def _gap_lines(gap: UnansweredGroup) -> list[str]:
    closed = " (answered by now)" * gap.answered
    question = escape_to_fit(gap.question, QUESTION_SHOWN)
    near = (
        f"-# “{escape_to_fit(each.sentence, SENTENCE_SHOWN)}” "
        f"({escape_to_fit(each.title, TITLE_SHOWN) or UNTITLED})"
        for each in gap.nearest
    )
    return [f"{BOLD}{gap.count}×{BOLD} {question}{closed}", *near]


def export_too_large(limit: int) -> Reply:
    """Say that the library does not fit an attachment."""
    return notice(
        f"As a zip, the library is larger than the {limit // 2**20} MB that Discord takes here. Whoever runs "
        "me can copy the folder of the articles, `[corpus] directory`."
    )


def _when(found: bool) -> str:
    return "Ask away." if found else "I answer from that as soon as my index is up to date."
