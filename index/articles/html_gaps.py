"""Gaps between words of an HTML page that only its style makes: tags in a row, an author and a date."""

from index.articles.html_tree import Element

_INLINE = frozenset("a abbr b button cite em i label small span strong time".split())
_APART = frozenset(("button", "label", "time"))
_CODE = frozenset(("code", "kbd", "listing", "plaintext", "pre", "samp", "tt", "var", "xmp"))
_SHORTEST_NAME = 6  # characters: shorter classes, as "c12" or "pre", may stand for parts of one word
_DEEPEST = 8  # elements in each other


def is_gap(before: Element | str, after: Element, around: Element) -> bool:
    """Tell whether two elements in one, with nothing between them, are seen apart.

    So are tags, which have a class in common, labels and times, and what goes on with a capital letter.
    """
    if not isinstance(before, Element) or around.tag in _CODE:
        return False
    if before.tag not in _INLINE or after.tag not in _INLINE:
        return False
    last, first = _outermost(before, -1), _outermost(after, 0)
    if not (last.isalnum() and first.isalnum()):
        return False
    if not _APART.isdisjoint((before.tag, after.tag)):
        return True
    common = set(before.get("class").split()).intersection(after.get("class").split())
    return any(len(name) >= _SHORTEST_NAME for name in common) or (
        (last.islower() or last.isdigit()) and first.isupper()
    )


def _outermost(element: Element, end: int) -> str:
    """Return the first (0) or last (-1) character of an element, "" if it is no text."""
    node: Element | str = element
    for _ in range(_DEEPEST):
        if isinstance(node, str):
            return node[end] if node else ""
        if not node.children:
            return ""
        node = node.children[end]
    return ""
