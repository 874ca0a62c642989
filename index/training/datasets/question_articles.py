"""Articles with headings, and questions about them in people's own words.

The files have SQuAD 2.0's form. A title is the path of headings above its paragraphs, "Handbook > Travel >
Meals"; titles that begin alike are sections of one article, as the index would have it.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.articles.outline import with_outline
from index.articles.plain_text import plain_text_blocks
from index.records import Article, Block, BlockKind, Span
from index.training.datasets.squad import (
    SEPARATOR,
    SquadAnswer,
    SquadArticle,
    SquadParagraph,
    SquadQuestion,
    sentences_at,
)
from index.training.datasets.training_libraries import LabelledQuestion, SegmentedArticle, Segmenter

HELD_OUT = 5
"""One title in this many is never trained on: the confidence is learnt from these."""
_PATH = " > "
_DEEPEST = 6


def is_held_out(title: str) -> bool:
    """Tell whether the questions under a title are kept from the reader's training."""
    return random.Random(title).randrange(HELD_OUT) == 0  # noqa: S311


def segment_titles(entries: Iterable[SquadArticle], segmenter: Segmenter) -> list[SegmentedArticle]:
    """Put the titles that begin alike together as articles, with the questions about them."""
    articles: dict[str, list[SquadArticle]] = {}
    for entry in entries:
        articles.setdefault(entry.title.split(_PATH)[0], []).append(entry)
    return [
        _segmented(f"{number:04}", title, parts, segmenter)
        for number, (title, parts) in enumerate(articles.items())
    ]


@dataclass(slots=True)
class _Draft:
    """The text of an article with its blocks, and where in it each paragraph begins."""

    title: str
    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    paragraphs: list[tuple[SquadParagraph, int]] = field(default_factory=list)

    def add(self, entry: SquadArticle) -> None:
        path = tuple(entry.title.split(_PATH)[1:])
        if path:
            start, level = len(self.text), min(len(path) + 1, _DEEPEST)
            self.blocks.append(Block(BlockKind.HEADING, start, start + len(path[-1]), path[:-1], level=level))
            self.text += path[-1] + SEPARATOR
        for paragraph in entry.paragraphs:
            self._add_paragraph(paragraph, path)

    def _add_paragraph(self, paragraph: SquadParagraph, path: tuple[str, ...]) -> None:
        offset, context = len(self.text), paragraph.context
        for block in with_outline(context, plain_text_blocks(context), self.title):
            section = path + block.section
            moved = replace(block, start=block.start + offset, end=block.end + offset, section=section)
            self.blocks.append(moved)
        self.paragraphs.append((paragraph, offset))
        self.text += context + SEPARATOR


def _segmented(
    name: str, title: str, entries: Iterable[SquadArticle], segmenter: Segmenter
) -> SegmentedArticle:
    draft = _Draft(title.replace("_", " "))
    for entry in entries:
        draft.add(entry)
    article = Article(name, draft.title, draft.text, f"{name}.txt", blocks=tuple(draft.blocks))
    sentences, passages = segmenter.cut(article)
    questions = []
    for paragraph, offset in draft.paragraphs:
        context = (offset, offset + len(paragraph.context))
        for question in paragraph.qas:
            spans = tuple(_places(question.answers, paragraph.context, offset))
            if question.is_impossible != bool(spans):
                gold = frozenset(sentences_at(sentences, [start for start, _ in spans]))
                decoy = next(_places(question.plausible_answers, paragraph.context, offset), None)
                questions.append(LabelledQuestion(question.question, 0, gold, spans, decoy, context))
    return SegmentedArticle(article, sentences, passages, questions)


def _places(answers: Sequence[SquadAnswer], context: str, offset: int) -> Iterator[Span]:
    """Yield the spans of the answers that are where the file says."""
    for answer in answers:
        if answer.text.strip() and context.startswith(answer.text, answer.answer_start):
            start = offset + answer.answer_start
            yield start, start + len(answer.text)


def twins(entries: Iterable[SquadArticle]) -> list[tuple[SquadQuestion, SquadQuestion]]:
    """Return each question that mirrors another one with it, the answerable one first."""
    pairs = []
    for entry in entries:
        for paragraph in entry.paragraphs:
            by_text = {question.question: question for question in paragraph.qas}
            for question in paragraph.qas:
                other = by_text.get(question.of.strip()) if question.of else None
                if other and other.is_impossible != question.is_impossible:
                    pairs.append((other, question) if question.is_impossible else (question, other))
    return pairs
