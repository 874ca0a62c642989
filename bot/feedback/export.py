"""Export of feedback as questions whose answers are known, for `footnote eval`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.feedback.store import FeedbackError, StoredJudgement
from bot.json_output import dump
from index.evaluation.gold_questions import GoldQuestion


@dataclass(frozen=True, slots=True)
class FeedbackExport:
    """Questions whose answers are known, and how many verdicts were left out of them.

    `wrong` verdicts do not say what would be right. `disputed` verdicts call an answer right that as many
    people called wrong, or that a later answer disproves. `changed` verdicts are on answers whose sentence no
    longer stood in its article when they were judged. `without_question` verdicts call an answer right of
    which only other people than the asker have judged, so that the question is not stored.
    """

    questions: tuple[GoldQuestion, ...]
    wrong: int = 0
    disputed: int = 0
    changed: int = 0
    without_question: int = 0

    @property
    def lines(self) -> str:
        """Lines that `footnote eval` reads, one object each. Raises FeedbackError if there is no question."""
        if not self.questions:
            raise FeedbackError("there is no question to export", f"Verdicts that were left out: {self}")
        return "".join(f"{dump(question.model_dump())}\n" for question in self.questions)

    def __str__(self) -> str:
        return (
            f"{self.wrong} wrong, {self.disputed} disputed, {self.changed} of changed articles, "
            f"{self.without_question} whose question is not stored"
        )

    @property
    def counts(self) -> dict[str, int]:
        """Number of questions, and of the verdicts left out by reason."""
        return {
            "questions": len(self.questions),
            "wrong": self.wrong,
            "disputed": self.disputed,
            "changed": self.changed,
            "without_question": self.without_question,
        }


def export(entries: Iterable[StoredJudgement]) -> FeedbackExport:
    """Collect the questions with an answer that more people called right than wrong.

    Several such answers to a question become one question with several gold sentences. If "The articles don't
    say" was called right as well, articles were added since, and the answers count.
    """
    wrong = changed = disputed = without_question = 0
    entries = _with_questions(entries)
    groups: dict[tuple[str, str | None], list[StoredJudgement]] = {}
    for entry in entries:
        judgement = entry.judgement
        wrong += not judgement.right
        if judgement.question is None:
            without_question += judgement.right
        elif judgement.answer is not None and judgement.sentence is None:
            changed += judgement.right
        else:
            words = " ".join(judgement.question.casefold().split())
            groups.setdefault((words, judgement.asked_in), []).append(entry)
    questions = []
    for group in groups.values():
        votes: Counter[str | None] = Counter()  # for a source sentence; for None, if the articles didn't say
        for entry in group:
            votes[entry.judgement.sentence] += 1 if entry.judgement.right else -1
        right = [entry for entry in group if entry.judgement.right]
        agreed = [entry for entry in right if votes[entry.judgement.sentence] > 0]
        cited = [entry for entry in agreed if entry.judgement.sentence is not None] or agreed
        disputed += len(right) - len(cited)
        if cited:
            questions.append(_gold(cited))
    return FeedbackExport(tuple(questions), wrong, disputed, changed, without_question)


def _with_questions(entries: Iterable[StoredJudgement]) -> list[StoredJudgement]:
    """Return entries in which verdicts on another person's question have what that person's own one stored.

    As long as the asker has not judged the answer, they have no question.
    """
    entries = list(entries)
    asked = {entry.message: entry.judgement for entry in entries if entry.judgement.question is not None}
    return [
        entry
        if entry.judgement.question is not None or entry.message not in asked
        else replace(entry, judgement=replace(asked[entry.message], right=entry.judgement.right))
        for entry in entries
    ]


def _gold(entries: Sequence[StoredJudgement]) -> GoldQuestion:
    """Return the question of judgements that agree; the latest of them names the answer."""
    latest = entries[-1].judgement
    sentences = dict.fromkeys(entry.judgement.sentence for entry in entries)
    answer = latest.answer
    if (
        answer is None
        or latest.sentence is None
        or answer == latest.sentence
        or answer not in latest.sentence
    ):
        answer = None  # the sentence was the answer, or the answer was too long to be shown whole
    return GoldQuestion(
        id=f"feedback-{entries[0].row}",
        question=latest.question or "",
        answerable=latest.sentence is not None,
        gold_sentences=tuple(sentence for sentence in sentences if sentence is not None),
        gold_answer=answer,
        article=latest.asked_in,
    )
