"""Rows of the catalog's tables: what an article becomes, wherever the tables are."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from index.records import Article, Block, BlockKind, Passage, Sentence
from index.segmentation.passages import number_sections
from index.segmentation.search_terms import terms
from index.storage.block_rows import block_values
from index.storage.catalog import article_key

ARTICLE_COLUMNS = (
    "row, id, key, title, outer_title, terms, url, published, author, updated, file, characters,"
    " first_sentence, sentences, first_passage, passages, first_block, blocks, text"
).split(", ")
BLOCK_ROW_COLUMNS = 'row, kind, start, "end", section, lead, cells, links, level, page, terms'.split(", ")
SENTENCE_COLUMNS = 'row, article, number, start, "end", passage, wording, block, section, text, terms'.split(
    ", "
)
PASSAGE_COLUMNS = 'row, article, start, "end", first, last'.split(", ")

Values = tuple[Any, ...]


class FirstRows(NamedTuple):
    """The row of an article, and the first rows of its sentences, passages, blocks and sections."""

    article: int
    sentence: int
    passage: int
    block: int
    section: int


class CatalogRows(NamedTuple):
    """An article's rows of each table, in the order of the columns above; `sections` counts its sections."""

    article: Values
    blocks: list[Values]
    sentences: list[Values]
    passages: list[Values]
    sections: int


def catalog_rows(
    article: Article, sentences: Sequence[Sentence], passages: Sequence[Passage], first: FirstRows
) -> CatalogRows:
    """Return the rows of an article, numbered from `first` on."""
    text = article.text
    blocks = article.blocks or (Block(BlockKind.PARAGRAPH, 0, len(text)),)
    holder = [
        passage_row
        for passage_row, passage in enumerate(passages, first.passage)
        for _ in range(passage.first, passage.last)
    ]
    sections = number_sections(blocks)
    cuts = [
        # Without blocks of its own, an article is one block.
        (s, s.block if article.blocks else 0, text[s.start : s.end])
        for s in sentences
    ]
    return CatalogRows(
        article=(
            *(first.article, article.id, article_key(article.id), article.title, article.outer_title),
            *(" ".join(terms(article.title)), article.url, article.published, article.author),
            *(article.updated, article.file, len(text)),
            *(first.sentence, len(sentences), first.passage, len(passages)),
            *(first.block, len(blocks), text),
        ),
        blocks=[block_values(first.block + n, block) for n, block in enumerate(blocks)],
        sentences=[
            (
                *(first.sentence + n, first.article, n, s.start, s.end, holder[n]),
                *(_wording(cut, blocks[block]), first.block + block, first.section + sections[block]),
                *(cut, " ".join(terms(cut))),
            )
            for n, (s, block, cut) in enumerate(cuts)
        ],
        passages=[
            (first.passage + n, first.article, p.start, p.end, p.first, p.last)
            for n, p in enumerate(passages)
        ],
        sections=sections[-1] + 1,
    )


def _wording(text: str, block: Block) -> int:
    """Digest what a sentence says below the headings of its block, in 64 bits."""
    folded = " ".join(f"{block.context} {text}".casefold().split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(folded, digest_size=8).digest(), signed=True)
