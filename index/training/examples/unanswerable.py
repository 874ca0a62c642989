"""Questions and texts changed by rule: so that they no longer fit each other, or both alike.

Where question and text are changed alike, the text answers again, so that how a question reads does not give
away whether it is answerable.
"""

import random
import re
from collections.abc import Callable

from index.training.examples.names_and_numbers import NO_REPLACEMENTS, Replacements
from index.training.examples.question_changes import (
    AnsweredQuestion,
    Change,
    add_condition,
    add_true_condition,
    ask_something_else,
    negate,
    replace_by_opposite,
    replace_name,
    replace_number,
    replace_word,
    swap_names,
)


def unanswerable_question(case: AnsweredQuestion, source: random.Random) -> str | None:
    """Return the question changed so that the text no longer answers it, or None if no rule fits."""
    same_text = Replacements.of(case.text)
    rules: list[tuple[float, Callable[[], Change | None]]] = [
        (0.0, lambda: swap_names(case.question, source)),
        (0.0, lambda: replace_name(case, same_text, source)),
        (0.0, lambda: replace_number(case, source, same_text=True)),
        (0.2, lambda: replace_by_opposite(case.question, source)),
        (0.3, lambda: ask_something_else(case, source)),
        (0.6, lambda: negate(case.question, source)),  # the later rules fit nearly every question
        (0.3, lambda: replace_word(case, same_text, source)),
        (0.6, lambda: add_condition(case, source)),
    ]
    for _, rule in sorted(rules, key=lambda rule: rule[0] + source.random()):
        change = rule()
        if change:
            return change.apply(case.question)
    return None


def change_question_and_text(case: AnsweredQuestion, source: random.Random) -> AnsweredQuestion | None:
    """Return question and text changed alike, so that the same words answer; None if no rule fits."""
    rules: list[Callable[[], AnsweredQuestion | None]] = [
        lambda: _change_both(case, replace_name(case, NO_REPLACEMENTS, source)),
        lambda: _change_both(case, replace_number(case, source)),
        lambda: _change_both(case, replace_by_opposite(case.question, source)),
        lambda: _change_both(case, replace_word(case, NO_REPLACEMENTS, source)),
        lambda: add_true_condition(case, source),
    ]
    source.shuffle(rules)
    return next((changed for rule in rules if (changed := rule())), None)


def unanswerable_text(case: AnsweredQuestion, source: random.Random) -> str | None:
    """Return the text with another thing in the sentence that answers, or None if no rule fits.

    The question mentions what is replaced, so that the sentence is now about something else.
    """
    rules: list[Callable[[], Change | None]] = [
        lambda: replace_name(case, NO_REPLACEMENTS, source),
        lambda: replace_number(case, source),
        lambda: replace_by_opposite(case.question, source),
    ]
    source.shuffle(rules)
    changed = (_change_both(case, rule()) for rule in rules)
    return next((both.text for both in changed if both), None)


def _change_both(case: AnsweredQuestion, change: Change | None) -> AnsweredQuestion | None:
    """Replace the same words in question and text; None unless all of them can be, outside the answer."""
    if change is None:
        return None
    old = case.question[change.start : change.end]
    # The old words, not as a part of a word, of a compound or of a number: "1998", not "11998" or "1998,5".
    pattern = re.compile(rf"(?<![\w.,])(?<!\w['’-]){re.escape(old)}(?!\w|[.,]\d)")
    places = [match.span() for match in pattern.finditer(case.text)]
    if not any(case.answer_sentence[0] <= start < case.answer_sentence[1] for start, _ in places):
        return None
    if any(start < case.answer[1] and end > case.answer[0] for start, end in places):
        return None
    text = pattern.sub(lambda _: change.new, case.text)
    remaining = set(re.findall(r"\w+", text.lower()))
    if any(
        word in remaining for word in re.findall(r"\w{3,}", old.lower()) if word not in change.new.lower()
    ):
        return None  # a part of the name, or the word in another form, is still there
    moved = sum(len(change.new) - (end - start) for start, end in places if end <= case.answer[0])
    answer = (case.answer[0] + moved, case.answer[1] + moved)
    return AnsweredQuestion(change.apply(case.question), text, answer, case.replacements)
