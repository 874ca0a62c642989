"""Plain text: the text of the file as it is, with its blocks."""

from index.articles.document import Document
from index.articles.front_matter import split_front_matter
from index.records import Block, BlockKind
from index.segmentation.blocks import split_blocks


def read_plain_text(content: str) -> Document:
    """Return the document in the content of a text file."""
    description, text = split_front_matter(content)
    blocks = tuple(Block(BlockKind.PARAGRAPH, start, end) for start, end in split_blocks(text))
    return Document(description, text, blocks)
