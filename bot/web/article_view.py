"""An article as its page shows it: headings, lists, tables and the rest, with every sentence in its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.shown_citations import shown_citations
from bot.web.addresses import PART
from bot.web.nested_blocks import Mention, Node, SentenceRun, tree
from bot.web.text_pieces import TextPiece, cut_pieces, merged
from index.records import Answer, Article, Block, BlockKind, Link, Sentence, Span

MOST_MENTIONS = 200
"""Mentions of an answer that are marked and linked with each other."""
SHALLOWEST, DEEPEST = 2, 6
"""Levels of the headings of a page below its title."""
DEEPEST_LIST = 8
"""Levels of lists that are told apart."""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article, or a part of it.

    `title_sentence` is the number of the sentence that is its title, 0 if the title does not stand in the
    text; `first` and `last` number the sentences shown, of `sentences`, from 1; `mentions` are the numbers of
    those with a mention of the answer, ascending, each with its neighbours.
    """

    article: Article
    sentences: int
    first: int
    last: int
    title_sentence: int
    nodes: tuple[Node, ...]
    mentions: Mapping[int, Mention]

    @property
    def part_before(self) -> int:
        """The number of a sentence in the part before this one, 0 if there is none."""
        return max(0, self.first - PART) if self.first > 1 else 0

    @property
    def part_after(self) -> int:
        """The number of a sentence in the part after this one, 0 if there is none."""
        return self.last + 1 if self.last < self.sentences else 0


def article_view(
    article: Article, sentences: Sequence[Sentence], answer: Answer | None = None, shown: int = 1
) -> ArticleView:
    """Lay out the part of an article that has sentence number `shown`, with what an answer cites in it.

    `answer` is one to any question; its words, and the sentences that it cites, are marked wherever they are.
    """
    first = (min(max(shown, 1), max(len(sentences), 1)) - 1) // PART * PART
    part = range(first, min(first + PART, len(sentences)))
    marks, mentions = _mentions(article, sentences, answer)
    builder = _Builder(article, sentences, part, marks, mentions)
    title = builder.title_sentence()
    nodes = tuple(tree(builder.nodes(skip=title)))
    return ArticleView(article, len(sentences), part.start + 1, part.stop, title, nodes, mentions)


def _mentions(
    article: Article, sentences: Sequence[Sentence], answer: Answer | None
) -> tuple[list[Span], dict[int, Mention]]:
    """Return what is marked, and the mentions by the number of their sentence, both ascending."""
    if answer is None or not (answer.answerable or answer.maybe):
        return [], {}
    cited = [citation for citation in shown_citations(answer) if citation.article.id == article.id]
    marks = [citation.highlight for citation in cited if citation.highlight]
    numbers = {citation.position for citation in cited if citation.number == 1 or citation.highlight}
    words = answer.answer.split() if answer.answer and answer.citations[0].highlight else []
    if any(map(str.isalnum, "".join(words))):
        pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
        found = re.compile(pattern, re.IGNORECASE).finditer(article.text)
        marks += [match.span() for match, _ in zip(found, range(MOST_MENTIONS), strict=False)]
    marks = merged(marks)
    at = 0
    for start, end in marks:
        while at < len(sentences) and sentences[at].end <= start:
            at += 1
        if at < len(sentences) and sentences[at].start < end:
            numbers.add(at + 1)
    ordered = sorted(number for number in numbers if 1 <= number <= len(sentences))
    around = zip([0, *ordered[:-1]], ordered, [*ordered[1:], 0], strict=True) if ordered else ()
    return marks, {number: Mention(before, after) for before, number, after in around}


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes a node of each block in a part of an article."""

    article: Article
    sentences: Sequence[Sentence]
    part: range
    marks: Sequence[Span]
    mentions: dict[int, Mention]

    def title_sentence(self) -> int:
        """Return 1 if the first block is the title, and one sentence; else 0."""
        if not self.sentences or self.part.start or not self.article.blocks:
            return 0
        first = self.sentences[0]
        alone = len(self.sentences) == 1 or self.sentences[1].block != first.block
        text = self.article.text[first.start : first.end]
        same = " ".join(text.casefold().split()) == " ".join(self.article.title.casefold().split())
        return int(alone and same)

    def nodes(self, skip: int) -> Iterator[Node]:
        """Yield a node for each block with sentences; rows of a table one by one, headings with levels."""
        levels: list[int] = []
        for number, (start, stop) in self._blocks():
            if stop <= skip:
                continue
            block = self.article.blocks[number]
            if block.kind is BlockKind.TABLE_ROW and block.cells:
                yield self._row(block, range(start, stop))
                continue
            extent = self._extent(block, start, stop)
            runs = tuple(self._runs(range(start, stop), block, extent, self._lead(block)))
            level = min(block.level, DEEPEST_LIST)
            if block.kind is BlockKind.HEADING:
                while levels and levels[-1] >= block.level:
                    levels.pop()
                levels.append(block.level)
                level = min(SHALLOWEST + len(levels) - 1, DEEPEST)
            yield Node(block.kind.value, runs, level)

    def _blocks(self) -> Iterator[tuple[int, Span]]:
        """Yield the number of each block in the part with its sentences, from 0, the end exclusive."""
        start = self.part.start
        for at in self.part:
            if at + 1 == self.part.stop or self.sentences[at + 1].block != self.sentences[at].block:
                yield self.sentences[at].block, (start, at + 1)
                start = at + 1

    def _lead(self, block: Block) -> Span | None:
        """Return where the lead of a block stands in it: a term or a speaker, before what is said."""
        text = self.article.text[block.start : block.end]
        if block.kind is BlockKind.QUESTION:
            return block.start, block.end
        if block.kind not in (BlockKind.DEFINITION, BlockKind.MESSAGE) or not text.startswith(block.lead):
            return None
        return (block.start, block.start + len(block.lead)) if block.lead else None

    def _row(self, block: Block, numbers: range) -> Node:
        alone = len(numbers) == 1
        anchored: set[int] = set()
        cells = []
        for cell in block.cells:
            runs = [*self._runs(numbers, block, (cell.start, cell.end))]
            cells.append(
                tuple(replace(run, anchored=not alone and run.number not in anchored) for run in runs)
            )
            anchored |= {run.number for run in runs}
        columns = tuple(cell.column for cell in block.cells)
        number = numbers[0] + 1 if alone else 0
        return Node(block.kind.value, columns=columns, cells=tuple(cells), number=number)

    def _extent(self, block: Block, start: int, stop: int) -> Span:
        """Return where the sentences of a block stand with all that is around them in it, in this part."""
        before, after = self.sentences[start - 1 : start], self.sentences[stop : stop + 1]
        number = self.sentences[start].block
        return (
            self.sentences[start].start if before and before[0].block == number else block.start,
            self.sentences[stop - 1].end if after and after[0].block == number else block.end,
        )

    def _runs(
        self, numbers: range, block: Block, extent: Span, lead: Span | None = None
    ) -> Iterator[SentenceRun]:
        """Yield what stands in a part of a block: its sentences, and what is between them."""
        at, end = extent
        for number in numbers:
            sentence = self.sentences[number]
            first, last = max(sentence.start, at), min(sentence.end, end)
            if first >= last:
                continue
            if at < first:
                yield SentenceRun(0, self._pieces(at, first, block.links, lead))
            pieces = self._pieces(first, last, block.links, lead)
            yield SentenceRun(number + 1, pieces, mention=self.mentions.get(number + 1))
            at = last
        if at < end:
            yield SentenceRun(0, self._pieces(at, end, block.links, lead))

    def _pieces(
        self, start: int, end: int, links: Sequence[Link], lead: Span | None
    ) -> tuple[TextPiece, ...]:
        return cut_pieces(self.article.text, start, end, self.marks, links, lead)
