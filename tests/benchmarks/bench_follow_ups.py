"""Follow-ups as they are typed, as the rule completes them, and as complete questions, in one run.

usage: python -m tests.benchmarks.bench_follow_ups [--questions FILE ...] [--library DIR] [--wrong]
The library is the repository's article and those of `index/training/libraries/communities` and `reports`.
Each follow-up is asked after the answer that its first question has: in all articles, as in `footnote chat`,
and in the article of that answer before all others, as in Discord. `--wrong` lists those the rule gets wrong.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from bot.follow_ups import Turn, follow_up
from index.building.update import update
from index.config import Config, CorpusSection, IndexSection
from index.evaluation.gold_questions import GoldQuestion, Text, read_questions_of
from index.evaluation.measures import first_hit
from index.library import Library
from index.records import Answer
from tests.support.paths import CORPUS, ROOT

QUESTIONS = ROOT / "tests" / "data" / "follow_ups.jsonl"
LIBRARIES = ROOT / "index" / "training" / "libraries"

Ask = Callable[[str], Answer]


class FollowUpQuestion(GoldQuestion):
    """A follow-up to the question `first`; `complete` is what it means, and `article` says it or does not."""

    first: Text
    complete: Text


@dataclass(frozen=True)
class Asked:
    """A follow-up as it was looked up, and its answer."""

    gold: FollowUpQuestion
    question: str
    answer: Answer

    @property
    def is_right_first(self) -> bool:
        """The first sentence is a gold one."""
        return first_hit(self.gold, self.answer) == 1

    @property
    def is_right(self) -> bool:
        """It is answered with a gold sentence first, or declined if the article does not say."""
        if not self.gold.answerable:
            return not self.answer.answerable
        return self.answer.answerable and self.is_right_first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=Path, nargs="*", default=[QUESTIONS])
    parser.add_argument("--library", type=Path, help="folder that keeps the library, to measure again")
    parser.add_argument("--wrong", action="store_true", help="list what the rule gets wrong")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        library = open_library(options.library or Path(base))
        for path in options.questions:
            print(path.name)
            measure(library, read_questions_of(FollowUpQuestion, path), options.wrong)


def open_library(base: Path) -> Library:
    """Open the library in the folder `base`; make it if it is not there."""
    corpus = base / "corpus"
    if not corpus.exists():
        shutil.copytree(CORPUS, corpus)
        for name in ("communities", "reports"):
            shutil.copytree(LIBRARIES / name / "corpus", corpus / name)
    config = Config(
        corpus=CorpusSection(directory="corpus"), index=IndexSection(directory="index"), base=base
    )
    update(config, lambda *_: None)
    return Library.open(config)


def measure(library: Library, golds: Sequence[FollowUpQuestion], list_wrong: bool) -> None:
    """Print a line for each way to look follow-ups up."""
    ask = cache(partial(_ask, library))
    before = [ask(gold.first) for gold in golds]
    found = sum(
        answer.citations[0].article.id == gold.article for gold, answer in zip(golds, before, strict=True)
    )
    print(f"  {len(golds)} follow-ups, {found} of them after an answer from their article", flush=True)
    for place, ask_in in (
        ("all articles", _everywhere),
        ("the article of the answer first", _in_article_first),
    ):
        pairs = [(gold, answer, ask_in(ask, answer)) for gold, answer in zip(golds, before, strict=True)]
        forms = {
            "as typed": [Asked(gold, gold.question, look_up(gold.question)) for gold, _, look_up in pairs],
            "by the rule": [
                Asked(gold, *by_rule(look_up, gold.question, answer)) for gold, answer, look_up in pairs
            ],
            "complete": [Asked(gold, gold.complete, look_up(gold.complete)) for gold, _, look_up in pairs],
        }
        for name, asked in forms.items():
            print(f"  {place}, {name}: {summary(asked)}", flush=True)
        for by in forms["by the rule"] if list_wrong else ():
            if not by.is_right:
                first = by.answer.citations[0].sentence if by.answer.citations else ""
                print(f"    {by.gold.id} {by.question!r} {by.answer.confidence:.2f} {first!r:.80}")


def by_rule(ask: Ask, question: str, before: Answer) -> tuple[str, Answer]:
    """Ask a follow-up as `footnote chat` and the bot do: with its subject, then alone if it may be."""
    completed = follow_up(question, Turn(before.question, before.answer))
    if completed is None:
        return question, ask(question)
    answer = ask(completed.question)
    if completed.is_complete and not answer.answerable and (alone := ask(question)).answerable:
        return question, alone
    return completed.question, answer


def summary(asked: Sequence[Asked]) -> str:
    """Return the counts of one way to look follow-ups up."""
    answerable = [one for one in asked if one.gold.answerable]
    others = [one for one in asked if not one.gold.answerable]
    return (
        f"right sentence first {sum(one.is_right_first for one in answerable)} of {len(answerable)}, "
        f"answered with it {sum(one.is_right for one in answerable)}, "
        f"declined {sum(one.is_right for one in others)} of {len(others)} that the articles do not answer"
    )


def _ask(library: Library, question: str, article: str | None = None) -> Answer:
    return library.ask(question, article=article)


def _everywhere(ask: Callable[..., Answer], before: Answer) -> Ask:
    return ask


def _in_article_first(ask: Callable[..., Answer], before: Answer) -> Ask:
    """Return a way to ask as the bot asks a follow-up: the article of the answer before, then all."""
    if not before.answerable:
        return ask
    article = before.citations[0].article.id

    def look_up(question: str) -> Answer:
        within = ask(question, article)
        if within.answerable:
            return within
        everywhere = ask(question)
        return within if within.maybe and not everywhere.answerable else everywhere

    return look_up


if __name__ == "__main__":
    main()
