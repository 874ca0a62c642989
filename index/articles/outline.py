"""Outline of a document: the headings above each block, and what introduces the items of a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from index.records import Block, BlockKind

LONGEST_LEAD = 240
"""Code points of the longest lead-in; of a longer one the end counts, where the colon is."""


def with_outline(
    text: str, blocks: Iterable[Block], title: str, section_ends: Mapping[int, int] | None = None
) -> tuple[Block, ...]:
    """Return the blocks with their sections and leads, if their format gave none.

    A heading that is the article's `title` is no section. The lead of a list is the line before it if that
    ends with a colon or stands alone; the lead of a nested item goes on with the items around it, and so
    does that of any other block in an item, which has a level, too. For `section_ends` see `Document`.
    """
    ends = section_ends or {}
    outlined: list[Block] = []
    headings: list[tuple[int, str]] = []
    items: list[tuple[int, str]] = []
    list_lead = ""
    before: Block | None = None
    for number, block in enumerate(blocks):
        if number in ends:
            headings = [(level, name) for level, name in headings if level < ends[number]]
        shown = " ".join(text[block.start : block.end].split())
        if block.kind is BlockKind.HEADING:
            headings = [(level, name) for level, name in headings if level < block.level]
            block = replace(block, section=_path(headings, title))
            headings.append((block.level, shown))
            items = []
        else:
            leads = [block.lead]
            if _in_list(block) and not _in_list(before):
                list_lead, items = _lead_in(text, before), []
            if _in_list(block):
                items = [(level, item) for level, item in items if level < block.level]
                leads = [list_lead, *(item for _, item in items), block.lead]
                if block.kind is BlockKind.LIST_ITEM:
                    items.append((block.level, shown.rstrip(":")))
            if before is not None and before.kind is BlockKind.QUESTION:
                question = " ".join(text[before.start : before.end].split())
                if question not in block.lead:
                    leads.insert(-1, question)
            lead = " › ".join(dict.fromkeys(filter(None, leads)))
            block = replace(block, section=_path(headings, title), lead=lead[-LONGEST_LEAD:])
        outlined.append(block)
        before = block
    return tuple(outlined)


def _in_list(block: Block | None) -> bool:
    return block is not None and block.kind is not BlockKind.HEADING and block.level > 0


def _path(headings: Sequence[tuple[int, str]], title: str) -> tuple[str, ...]:
    folded = _folded(title)
    return tuple(name for _, name in headings if _folded(name) != folded)


def _lead_in(text: str, before: Block | None) -> str:
    """Return the last sentence of the block before a list if it announces the list."""
    if before is None or before.kind is not BlockKind.PARAGRAPH:
        return ""
    shown = " ".join(text[before.start : before.end].split())
    if not shown.endswith((":", "…")) and (shown.endswith((".", "!")) or len(shown) > LONGEST_LEAD / 2):
        return ""
    return shown.rstrip(":").rsplit(". ", 1)[-1]


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()
