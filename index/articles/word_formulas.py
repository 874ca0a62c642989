"""Formulas of Word in one line of text: "(a+b)/c", "x^2", "√(x)"."""

from lxml import etree

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

# What stands before a part of a formula
_BEFORE = {f"{MATH}num": "", f"{MATH}den": "/", f"{MATH}sup": "^", f"{MATH}sub": "_"}


def formula_text(formula: etree._Element) -> str:
    """Return the text of a formula, an element `oMath`."""
    open_parts: list[str] = [""]
    for event, element in etree.iterwalk(formula, events=("start", "end")):
        if event == "start":
            open_parts.append(element.text or "" if element.tag == f"{MATH}t" else "")
        else:
            shown = _shown(element, open_parts.pop())
            open_parts[-1] += shown
    return open_parts[0]


def _shown(element: etree._Element, content: str) -> str:
    """Return what is shown of an element with this content."""
    around = element.getparent()
    if element.tag in _BEFORE and content:
        return _BEFORE[element.tag] + (content if content.isalnum() else f"({content})")
    if element.tag == f"{MATH}d":
        return _sign(element, "dPr", "begChr", "(") + content + _sign(element, "dPr", "endChr", ")")
    if element.tag == f"{MATH}nary":
        return _sign(element, "naryPr", "chr", "∫") + content
    if element.tag == f"{MATH}e" and around is not None and around.tag == f"{MATH}rad":
        return f"√({content})"
    if element.tag == f"{MATH}e" and around is not None and around.tag == f"{MATH}nary":
        return f" {content}"
    return content


def _sign(element: etree._Element, properties: str, name: str, usual: str) -> str:
    """Return a sign that the properties of an element name, if it is not the usual one."""
    found = element.find(f"{MATH}{properties}/{MATH}{name}")
    return usual if found is None else found.get(f"{MATH}val", "")
