"""Blocks of a document, as tests compare them."""

from index.articles.document import Document
from index.articles.outline import with_outline


def shown(document: Document) -> list[tuple[str, str]]:
    """Return the kind and the text of each block."""
    return [(str(block.kind), document.text[block.start : block.end]) for block in document.blocks]


def assert_sound(document: Document) -> None:
    """Check that blocks ascend without overlapping, and that their cells and links lie in them."""
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        assert any(map(str.isalnum, document.text[block.start : block.end]))
        inside = block.start
        for cell in block.cells:
            assert inside <= cell.start < cell.end <= block.end
            inside = cell.end
        assert all(block.start <= link.start < link.end <= block.end for link in block.links)
        end = block.end


def leads(document: Document) -> dict[str, str]:
    """Return the lead of each block, by its text."""
    outlined = with_outline(document.text, document.blocks, "")
    return {document.text[block.start : block.end]: block.lead for block in outlined}


def links(document: Document) -> list[tuple[str, str]]:
    """Return the text and the address of each link."""
    return [
        (document.text[link.start : link.end], link.address)
        for block in document.blocks
        for link in block.links
    ]
