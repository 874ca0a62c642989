"""reStructuredText: the text without its marks, block by block, also where it is written for Sphinx.

docutils parses the file and writes HTML, whose elements give the blocks. Directives and roles that it does
not know are registered while a file is read, so that their content is kept.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from docutils import nodes
from docutils.core import publish_doctree, publish_from_doctree
from docutils.parsers.rst import Directive, directives, roles
from docutils.parsers.rst.languages import en as english
from docutils.writers import html5_polyglot

from index.articles.document import Document, DocumentBuilder
from index.articles.element_blocks import add_markup
from index.articles.front_matter import Description, make_description, split_front_matter
from index.errors import UnreadableFileError

_NONE = 5  # above the level of every message of docutils
_SETTINGS = {
    "_disable_config": True,
    "cloak_email_addresses": False,
    "docinfo_xform": False,
    "doctitle_xform": False,
    "embed_stylesheet": False,
    "exit_status_level": _NONE,
    "file_insertion_enabled": False,
    "halt_level": _NONE,
    "initial_header_level": "1",
    "line_length_limit": 10_000_000,
    "math_output": "LaTeX",
    "raw_enabled": False,
    "report_level": _NONE,
    "sectsubtitle_xform": False,
    "smart_quotes": False,
    "strip_comments": True,
    "syntax_highlight": "none",
    "toc_backlinks": False,
    "traceback": True,
    "trim_footnote_reference_space": True,
}
_DIRECTIVE = re.compile(
    r"^[ \t]*(?:\.\.|\.\. \|[^|\n]+\|)[ \t]+([\w.:+-]+?)[ \t]?::(?:[ \t]|$)", re.MULTILINE
)
_ROLE = re.compile(r":([A-Za-z][\w.+-]*(?::[\w.+-]+)*):`|`:([A-Za-z][\w.+-]*(?::[\w.+-]+)*):")
_ROLE_TARGET = re.compile(r"(?P<text>[^<>]*[^<>\s])\s*<[^<>]*>")  # "the guide <guide>"
# ":param int max_age:", ":ivar name:"
_PARAMETER = re.compile(r"(?:param|parameter|arg|argument|key|keyword|kwarg|var|ivar|cvar)\s+(?:.*\s)?(\S+)")
_SETTING_FIELDS = frozenset(
    ("orphan", "tocdepth", "nocomments", "nosearch", "no-search", "allow-section-headings")
)
_MARKS = re.compile(r"^[`|*_]+|[`|*_]+$")
_CODE = frozenset(
    "code code-block code-cell highlight sourcecode literalinclude ipython prompt testcode".split()
)
_UNSEEN = frozenset(
    "autosummary bibliography contents digraph graph graphviz header footer highlight include index "
    "inheritance-diagram mermaid meta plot productionlist raw sectnum section-numbering tabularcolumns "
    "testcleanup testsetup toctree todo todolist uml".split()
)
_CONDITIONS = frozenset("class container cssclass grid hlist ifconfig only rst-class tab-set tabs".split())
_CALLOUTS = frozenset(("seealso",))
_VERSIONS = {
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "versionremoved": "Removed in version",
    "deprecated": "Deprecated since version",
}
_SHOWN_OPTIONS = ("type", "value", "default", "required", "choices")


def read_rst(content: str) -> Document:
    """Return the document in the content of a file of reStructuredText.

    Raises UnreadableFileError for text that is nested too deeply.
    """
    description, text = split_front_matter(content)
    builder = DocumentBuilder()
    try:
        with _registered(text):
            document = publish_doctree(text, settings_overrides=_SETTINGS | {"warning_stream": io.StringIO()})
            fields = _tidy(document)
            html = publish_from_doctree(
                document,
                writer=html5_polyglot.Writer(),
                settings_overrides=_SETTINGS | {"output_encoding": "unicode"},
            )
    except RecursionError:
        raise UnreadableFileError("is nested too deeply") from None
    add_markup(html[html.index("<body") :], builder)
    if description == Description():
        title = document.get("title") if ".. title::" in text else None
        description = make_description({"title": title, **fields})
    return builder.document(description)


def _tidy(document: nodes.document) -> dict[str, str]:
    """Make a document show what Sphinx would show of it; return the values of the fields at its top."""
    for node in list(document.findall(nodes.problematic)):
        shown = node.astext()  # a substitution such as |version| is known to Sphinx only
        node.parent.replace(node, nodes.Text("" if shown.startswith("|") else _MARKS.sub("", shown)))
    for message in list(document.findall(nodes.system_message)):
        message.parent.remove(message)
    for classifier in document.findall(nodes.classifier):
        classifier.insert(0, nodes.Text(" : "))  # as in the file: "port : number"
    values: dict[str, str] = {}
    for field in list(document.findall(nodes.field)):
        name, body = field.children
        shown = name.astext()
        if parameter := _PARAMETER.fullmatch(shown):
            name.children = [nodes.strong("", parameter[1])]
        elif field.parent is not None and _is_at_top(document, field.parent):
            values.setdefault(shown.lower(), body.astext())
            if shown.lower() in _SETTING_FIELDS:
                field.parent.remove(field)
    for fields in list(document.findall(nodes.field_list)):
        if not fields.children:
            fields.parent.remove(fields)
    return values


def _is_at_top(document: nodes.document, fields: nodes.Element) -> bool:
    """Tell whether a field list stands above the text: first of all, or below the title."""
    if fields.parent is not document and fields.parent.parent is not document:
        return False
    before = fields.parent.children[: fields.parent.index(fields)]
    return all(isinstance(node, (nodes.title, nodes.Invisible, nodes.field_list)) for node in before)


class _AnyOption(dict[str, Callable[[str | None], str]]):
    """Options of every name, with their text as value."""

    def __missing__(self, key: str) -> Callable[[str | None], str]:
        return lambda value: value or ""

    def __bool__(self) -> bool:
        return True


class _AnyDirective(Directive):
    """A directive that docutils does not know: its content, below its argument."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[Any] = _AnyOption()

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the directive."""
        argument = " ".join("".join(self.arguments).split())
        content = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, content)
        name = self.name.lower().rpartition(":")[2]
        if name in _VERSIONS:
            return self._version(_VERSIONS[name], argument, content)
        if name in _CALLOUTS:
            note = nodes.admonition("", nodes.title("", "See also"))
            note += [*([self._paragraph(argument)] if argument else []), *content.children]
            return [note]
        shown = [(option, self.options[option]) for option in _SHOWN_OPTIONS if self.options.get(option)]
        if not argument or name in _CONDITIONS:
            return content.children
        if not (content.children or shown or argument.endswith(")")):
            return []
        if shown:
            fields = [
                nodes.field(
                    "",
                    nodes.field_name("", option.capitalize()),
                    nodes.field_body("", self._paragraph(value)),
                )
                for option, value in shown
            ]
            content.insert(0, nodes.field_list("", *fields))
        item = nodes.definition_list_item(
            "", nodes.term("", argument), nodes.definition("", *content.children)
        )
        return [nodes.definition_list("", item)]

    def _version(self, text: str, argument: str, content: nodes.Element) -> list[nodes.Node]:
        number, _, rest = argument.partition(" ")
        first = content.children[:1]
        if rest or not (first and isinstance(first[0], nodes.paragraph)):
            return [self._paragraph(f"{text} {number}: {rest}".rstrip(": ")), *content.children]
        first[0].insert(0, nodes.Text(f"{text} {number}: "))
        return content.children

    def _paragraph(self, text: str) -> nodes.paragraph:
        children, _ = self.state.inline_text(text, self.lineno)
        return nodes.paragraph("", "", *children)


class _Code(_AnyDirective):
    def run(self) -> list[nodes.Node]:
        """Return the code, below its caption."""
        code = "\n".join(self.content)
        caption = self.options.get("caption")
        block = [nodes.literal_block(code, code)] if code else []
        return [*([self._paragraph(caption)] if caption else []), *block]


class _Unseen(_AnyDirective):
    def run(self) -> list[nodes.Node]:
        """Return nothing."""
        return []


class _Glossary(_AnyDirective):
    def run(self) -> list[nodes.Node]:
        """Return the definitions, each below its term, or below several in lines of their own."""
        glossary = nodes.definition_list()
        terms: list[str] = []
        number = 0
        while number < len(self.content):
            line = self.content[number]
            if line[:1].strip():
                terms += [] if line.startswith(".. ") else [line.partition(" : ")[0]]
                number += 1
                continue
            block, _, _ = self.content.get_indented(number)
            if terms and any(map(str.strip, block)):
                definition = nodes.definition()
                self.state.nested_parse(block, self.content_offset + number, definition)
                glossary += nodes.definition_list_item("", self._term(terms), definition)
                terms = []
            number += len(block)
        return [glossary, *([self._paragraph(", ".join(terms))] if terms else [])]

    def _term(self, terms: list[str]) -> nodes.term:
        children, _ = self.state.inline_text(", ".join(terms), self.lineno)
        return nodes.term("", "", *children)


def _any_role(
    name: str, raw: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = None
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Return what Sphinx shows for a role: "the guide" for "the guide <guide>", "call" for "~a.b.call"."""
    shown = nodes.unescape(text)
    if target := _ROLE_TARGET.fullmatch(shown):
        shown = target["text"]
    elif shown.startswith("~"):
        shown = shown[1:].rpartition(".")[2]
    return [nodes.inline(raw, shown.lstrip("!"))], []


@contextmanager
def _registered(text: str) -> Iterator[None]:
    """Register the directives and roles of a text with docutils, whose registries are global, and undo it."""
    registries: list[dict[str, Any]] = [vars(directives)["_directives"], vars(roles)["_roles"]]
    before = [registry.copy() for registry in registries]
    try:
        known = {*vars(directives)["_directive_registry"], *english.directives}
        known_roles = {*vars(roles)["_role_registry"], *english.roles}
        for name in {name.lower() for name in _DIRECTIVE.findall(text)}:
            if name in _CODE:
                directives.register_directive(name, _Code)
            elif name in _UNSEEN:
                directives.register_directive(name, _Unseen)
            elif name == "glossary":
                directives.register_directive(name, _Glossary)
            elif name not in known or name in _CONDITIONS:
                directives.register_directive(name, _AnyDirective)
        for name in {first or last for first, last in _ROLE.findall(text)}:
            if name.lower() not in known_roles:
                registries[1][name.lower()] = _any_role
        yield
    finally:
        for registry, content in zip(registries, before, strict=True):
            registry.clear()
            registry.update(content)
