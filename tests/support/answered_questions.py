"""Questions with the text that answers them, about the opening of a bridge."""

from index.training.examples.names_and_numbers import Replacements
from index.training.examples.question_changes import AnsweredQuestion

ARTICLE = (
    "In 1998 Anna Berg opened the Harbour Bridge in Oslo. Then, Carl Olsen painted it for NATO. "
    "The painters were criticised; Dina Falk's builders repaired the eastern tower in 2004. "
    "They say that Emil Holm paid 1,250 workers of the UN."
)
REPLACEMENTS = Replacements.of(ARTICLE)
BRIDGE = "In 1998 Anna Berg opened the Harbour Bridge. It had the largest eastern tower."
STORY = "Emil Holm was born in 1998. In 1998 Anna Berg opened the largest bridge of Oslo. Anna Berg left."


def answered_question(
    question: str, text: str, answer: str, replacements: Replacements = REPLACEMENTS
) -> AnsweredQuestion:
    start = text.index(answer)
    return AnsweredQuestion(question, text, (start, start + len(answer)), replacements)
