"""The page of an article, against the text that it is made of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.web.addresses import PART
from bot.web.article_view import ArticleView, article_view
from bot.web.nested_blocks import Node, SentenceRun
from index.articles.corpus import corpus_files, read_article
from index.records import Answer, Article, Block, BlockKind, Citation, Sentence, Source
from index.segmentation.sentences import split_sentences
from tests.support.paths import ROOT

LIBRARIES = ROOT / "index" / "training" / "libraries"
GUIDE = """\
# Ferry guide

The ferry [leaves](https://example.org/leave) at nine. It is **blue**.

#### Fares

You may bring:

- a dog
  - on a lead

| Boat | Seats |
|------|-------|
| Rose | 120 |
| Lily | |

Term
: What it means.

```
x = 1
y = 2
```
"""


def runs_of(nodes: list[Node] | tuple[Node, ...]) -> Iterator[SentenceRun]:
    for node in nodes:
        yield from node.runs
        for cell in node.cells:
            yield from cell
        yield from runs_of(node.nodes)


def anchors(view: ArticleView) -> list[int]:
    """List the sentences that the page can jump to, in its order."""

    def walk(nodes: list[Node] | tuple[Node, ...]) -> Iterator[int]:
        for node in nodes:
            if node.number:
                yield node.number
            parts = [node.runs, *node.cells]
            yield from (run.number for part in parts for run in part if run.number and run.anchored)
            yield from walk(node.nodes)

    return [*filter(None, [view.title_sentence]), *walk(view.nodes)]


def read(folder: Path, text: str) -> tuple[Article, list[Sentence]]:
    (folder / "a.md").write_text(text, "utf-8")
    article = read_article(corpus_files(folder)[0])
    return article, split_sentences(article.text, article.blocks)


@pytest.mark.parametrize("library", ["tables", "manuals", "logs", "rules"])
def test_every_sentence_has_one_anchor_and_all_of_its_words(library: str) -> None:
    for file in corpus_files(LIBRARIES / library / "corpus"):
        article = read_article(file)
        sentences = split_sentences(article.text, article.blocks)
        view = article_view(article, sentences)
        assert anchors(view) == [*range(1, len(sentences) + 1)], article.id
        shown: dict[int, str] = {}
        for run in runs_of(view.nodes):
            if run.number:
                text = "".join(piece.text for piece in run.pieces)
                shown[run.number] = f"{shown.get(run.number, '')} {text}"
        for number, sentence in enumerate(sentences, 1):
            if number in shown:  # rows of names and the title are shown as such
                assert shown[number].split() == article.text[sentence.start : sentence.end].split()
        assert len(shown) >= len(sentences) * 0.8


def test_blocks_are_what_they_are(tmp_path: Path) -> None:
    view = article_view(*read(tmp_path, GUIDE))
    assert view.title_sentence == 1
    assert [node.kind for node in view.nodes] == [
        *("paragraph", "heading", "paragraph", "list", "table", "definition", "code")
    ]
    assert view.nodes[1].level == 2
    assert view.nodes[3].nodes[0].nodes[0].kind == "list"
    assert view.nodes[4].columns == ("Boat", "Seats")
    links = [piece.link for run in view.nodes[0].runs for piece in run.pieces if piece.link]
    assert links == ["https://example.org/leave"]
    assert view.nodes[5].runs[0].pieces[0].lead


def answer_in(
    article: Article, start: int, end: int, mark: tuple[int, int], *, answerable: bool = True
) -> Answer:
    cited = Citation(
        1, Source(article.id, "A", None), article.text[start:end], start, end, mark, 0.9, position=1
    )
    return Answer("Q?", answerable, 0.9, article.text[slice(*mark)] if answerable else None, (cited,), 1.0)


def test_mentions_of_the_answer_are_marked_and_linked_with_each_other() -> None:
    text = "It is 900 m long. Nobody knows. So 900 m it is. And 9001 m are not 900 m."
    article = Article("a", "A", text, "a.txt", blocks=(Block(BlockKind.PARAGRAPH, 0, len(text)),))
    sentences = split_sentences(text, article.blocks)
    view = article_view(article, sentences, answer_in(article, 0, 17, (6, 11)))
    assert {number: (one.before, one.after) for number, one in view.mentions.items()} == {
        1: (0, 3),
        3: (1, 4),
        4: (3, 0),
    }
    marked = [piece.text for run in runs_of(view.nodes) for piece in run.pieces if piece.marked]
    assert marked == ["900 m"] * 3
    assert not article_view(article, sentences, answer_in(article, 0, 17, (6, 11), answerable=False)).mentions


def test_a_long_article_comes_in_parts() -> None:
    text = " ".join(f"It is number {number}." for number in range(2 * PART + 10))
    article = Article("a", "A", text, "a.txt", blocks=(Block(BlockKind.PARAGRAPH, 0, len(text)),))
    sentences = split_sentences(text, article.blocks)
    assert len(sentences) == 2 * PART + 10
    seen: list[int] = []
    for shown, before, after in ((1, 0, PART + 1), (PART + 5, 1, 2 * PART + 1), (10**9, PART + 1, 0)):
        view = article_view(article, sentences, shown=shown)
        assert (view.part_before, view.part_after) == (before, after)
        seen += anchors(view)
    assert seen == [*range(1, len(sentences) + 1)]


def test_an_article_without_sentences() -> None:
    view = article_view(Article("a", "A", "", "a.txt"), [])
    assert (view.nodes, view.part_before, view.part_after, view.title_sentence) == ((), 0, 0, 0)
