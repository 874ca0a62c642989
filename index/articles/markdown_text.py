"""Markdown: the text without its marks, block by block.

The file is parsed by markdown-it, written as HTML, and its blocks are those of the HTML's elements, because
Markdown may hold HTML anywhere.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.subscript import sub_plugin
from mdit_py_plugins.superscript import superscript_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from index.articles.document import Document, DocumentBuilder
from index.articles.element_blocks import HTML_TAGS, add_markup
from index.articles.front_matter import split_front_matter
from index.articles.markdown_marks import add_marks, without_lines
from index.articles.template_tags import HiddenParts, hide_unseen
from index.errors import UnreadableFileError

_NESTING = 100
# "import Tabs from '@theme/Tabs';" of a file that is MDX whatever its name says
_IMPORT = re.compile(r"^import [\w{}*, ]+ from ['\"][^'\"\n]+['\"];?[ \t]*$", re.MULTILINE)
# A paragraph of imports and exports of MDX, up to the next blank line
_MODULE_CODE = re.compile(r"^(?:import|export)\b[^\n]*(?:\n(?![ \t]*$)[^\n]*)*", re.MULTILINE)
_COMPONENT_LINE = re.compile(r"^[ \t]*(</?[A-Z][^\n]*>)[ \t]*$", re.MULTILINE)  # "<TabItem label='a'>"
_DOTTED_COMPONENT = re.compile(r"(</?[A-Z]\w*)\.(?=\w)")  # "<Tabs.Item"
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_FRAGMENT = re.compile(r"</?>")
# "##Title", as older parsers took it
_HEADING_WITHOUT_SPACE = re.compile(r"^(#{2,6})(?=[^\s#])", re.MULTILINE)
_CONTENT_TAB = re.compile(r"^([ \t]*)===[+!]? \"(?=[^\n]*\"[ \t]*$)", re.MULTILINE)  # '=== "Linux"'
# "</summary>" and '<div markdown="1">', after which Markdown goes on in the next line
_MARKDOWN_INSIDE = re.compile(
    r"^([^\n]*</summary>|[ \t]*<\w+[^<>\n]*\smarkdown\b[^<>\n]*>)[ \t]*$", re.MULTILINE
)
# ":class: dropdown" below ":::{note}"
_OPTIONS = re.compile(r"^(:{3,}[ \t]*\{[\w:-]+\}[^\n]*\n)(?:[ \t]*:[\w-]+:[^\n]*\n)+", re.MULTILINE)
_BLOCK_NAME = re.compile(r"[ \t]\^[A-Za-z][\w-]{2,}[ \t]*$", re.MULTILINE)  # of Obsidian
_CONTENTS = re.compile(r"\[\[?_?toc_?\]?\]", re.IGNORECASE)  # "[TOC]"
# "[!NOTE] Nettles", with a title that does not go on in the next line
_CALLOUT = re.compile(r"\\?\[!([\w-]+)\\?\][-+]?[ \t]*\\?(?:([^\n]{0,100})(?:\n(?![a-z`*\[])|\Z)|)")
# "note Title", "note[Title]", "{note} Title", '{.note title="Title"}'
_CONTAINER = re.compile(
    r"\s*\{?[.#]?(?P<name>[\w:-]*)(?P<attributes>[^{}\[\]\n]*)\}?\[?(?P<title>[^\[\]{}]*)\]?[\s:]*"
)
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\](?![(\[:])")
# "~old~" as GitHub strikes it, but not the subscript in "H~2~O"
_STRUCK = re.compile(r"(?<![\w~)\]}])~(?=[^\s~/])[^~\n]{0,300}?(?<=[^\s~])~(?![\w~])")
_PLACEHOLDER = re.compile(r"<([A-Za-z][A-Za-z0-9-]*)>")  # "<user>"
_CLOSING_TAG = re.compile(r"</([A-Za-z][A-Za-z0-9-]*)")
_DIRECTIVE = re.compile(r"\{([\w:-]+)\}[ \t]*([^\n]*)")  # the info of "```{note} Title"
_DIRECTIVE_OPTIONS = re.compile(r"(?:[ \t]*:[\w-]+:[^\n]*\n)+|---\n(?:[^\n]*\n)*?---\n")
_PROSE_DIRECTIVES = frozenset(
    "admonition attention caution card danger definition dropdown epigraph error example exercise grid "
    "grid-item grid-item-card hint important margin note pull-quote seealso sidebar solution tab-item "
    "tab-set tip topic versionadded versionchanged deprecated warning".split()
)
_UNSEEN_DIRECTIVES = frozenset(
    "bibliography contents eval-rst image include raw tableofcontents toctree".split()
)


def read_markdown(content: str, *, mdx: bool = False) -> Document:
    """Return the document in the content of a Markdown file; `mdx` tells that components may stand in it.

    Raises UnreadableFileError for text that is nested too deeply.
    """
    description, text = split_front_matter(content)
    builder = DocumentBuilder()
    try:
        add_markup(_markup(text, mdx=mdx or _IMPORT.search(text) is not None), builder, soft_breaks=True)
    except RecursionError:
        raise UnreadableFileError("is nested too deeply") from None
    return builder.document(description)


def _markup(text: str, *, mdx: bool) -> str:
    """Return a Markdown text as HTML, without what nobody sees."""
    masked, hidden = hide_unseen(text, mdx=mdx)
    masked = _OPTIONS.sub(r"\1", without_lines(masked))
    masked = _CONTENT_TAB.sub(r'\1!!! tab "', masked)
    masked = _HEADING_WITHOUT_SPACE.sub(r"\1 ", _BLOCK_NAME.sub("", masked))
    masked = _MARKDOWN_INSIDE.sub(r"\1\n", masked)
    if mdx:
        masked = _MODULE_CODE.sub("", masked)
        masked = _FRAGMENT.sub("", _DOTTED_COMPONENT.sub(r"\1-", masked))
        masked = _TAG.sub(lambda tag: tag[0].replace("\n", " "), masked)
        masked = _COMPONENT_LINE.sub(r"\n\1\n", masked)
    parser = _parser(hidden, frozenset(name.lower() for name in _CLOSING_TAG.findall(masked)))
    if mdx:
        parser.disable("code")
    return hidden.shown(parser.render(masked))


def _parser(hidden: HiddenParts, closed: frozenset[str]) -> MarkdownIt:
    """Return a parser that writes HTML for `add_markup`; `closed` are the elements with an end tag."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _NESTING}).enable(
        ["table", "strikethrough"]
    )
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # add_markup judges addresses
    footnote_plugin(parser, move_to_end=False)
    deflist_plugin(parser)
    sub_plugin(parser)
    superscript_plugin(parser)
    tasklists_plugin(parser)
    admon_plugin(parser)
    container_plugin(parser, "callout", validate=lambda *_: True, render=_container)
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    parser.inline.ruler.before("strikethrough", "mark", _mark)
    parser.inline.ruler.before("strikethrough", "struck", _struck)
    add_marks(parser)
    parser.core.ruler.before("inline", "callouts", _callouts)

    def text_of_tags(self: RendererHTML, tokens: Sequence[Token], index: int, *_: Any) -> str:
        return _PLACEHOLDER.sub(lambda tag: _tag_or_text(tag, closed), tokens[index].content)

    def code(self: RendererHTML, tokens: Sequence[Token], index: int, *_: Any) -> str:
        return f"<code>{escape(hidden.source(tokens[index].content))}</code>"

    def block(self: RendererHTML, tokens: Sequence[Token], index: int, *_: Any) -> str:
        token = tokens[index]
        return _code_block(hidden.source(token.info.strip()), hidden.source(token.content))

    def heading(self: RendererHTML, tokens: Sequence[Token], index: int, *_: Any) -> str:
        token = tokens[index]
        return f"<{token.tag} class='setext'>" if token.markup in ("=", "-") else f"<{token.tag}>"

    def note(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Keep the tokens of a note in the text for the end of its paragraph."""
        data = env["footnotes"]["list"].get(tokens[index].meta["id"], {})
        env.setdefault("notes", []).extend(data.pop("tokens", []))
        return ""

    def paragraph_end(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        notes = env.pop("notes", [])
        written = "" if tokens[index].hidden else "</p>"
        return f"{written}<p>{self.renderInline(notes, options, env)}</p>" if notes else written

    for name, rule in {
        "html_inline": text_of_tags,
        "html_block": text_of_tags,
        "code_inline": code,
        "code_block": block,
        "fence": block,
        "heading_open": heading,
        "footnote_ref": note,
        "paragraph_close": paragraph_end,
        "footnote_reference_open": lambda *_: "<div>",
        "footnote_reference_close": lambda *_: "</div>",
    }.items():
        parser.add_render_rule(name, rule)
    return parser


def _tag_or_text(tag: re.Match[str], closed: frozenset[str]) -> str:
    """Return a tag, or the text "<user>" for what HTML does not know and nothing closes."""
    name = tag[1].lower()
    return tag[0] if name in HTML_TAGS or name in closed else escape(tag[0])


def _code_block(info: str, content: str) -> str:
    """Return a block of code, or the prose of a directive, "```{note} Title"."""
    directive = _DIRECTIVE.fullmatch(info)
    if directive and directive[1] in _UNSEEN_DIRECTIVES:
        return ""
    if directive and directive[1] in _PROSE_DIRECTIVES:
        options = _DIRECTIVE_OPTIONS.match(content)
        content = content[options.end() :] if options else content
        title = directive[2] or directive[1]
        return f"<aside>{_title(title)}{_markup(content, mdx=False)}</aside>"
    return f"<pre>\n{escape(content)}</pre>"


def _container(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Return the tag of a container, ":::note Title", with its title."""
    token = tokens[index]
    if token.nesting < 0:
        return "</aside>"
    match = _CONTAINER.fullmatch(token.info)
    if match is None:
        return "<aside>"
    named = re.search(r'title="([^"]*)"', match["attributes"])
    title = named[1] if named else match["title"] or match["attributes"].strip() or match["name"]
    return f"<aside>{_title(title)}" if title and "=" not in title else "<aside>"


def _title(title: str) -> str:
    return f"<p class='admonition-title'>{escape(title.strip().strip('*_'))}</p>"


def _callouts(state: StateCore) -> None:
    """Make callouts of the quotations that begin with "[!NOTE] Title", and drop marks for contents."""
    tokens: list[Token] = []
    for number, token in enumerate(state.tokens):
        if token.type == "inline" and _CONTENTS.fullmatch(token.content.strip()):
            token.content = ""
        quoted = token.type == "inline" and number > 1 and state.tokens[number - 2].type == "blockquote_open"
        if quoted and (match := _CALLOUT.match(token.content)):
            paragraph = tokens.pop()
            title = Token("inline", "", 0, content=(match[2] or match[1]).strip("\\"), children=[])
            opening = Token("paragraph_open", "p", 1, attrs={"class": "admonition-title"})
            tokens[-1].tag = "aside"
            _closing(state.tokens, number).tag = "aside"
            tokens += [opening, title, Token("paragraph_close", "p", -1), paragraph]
            token.content = token.content[match.end() :]
        tokens.append(token)
    state.tokens = tokens


def _closing(tokens: Sequence[Token], number: int) -> Token:
    """Return the end of the quotation in which token `number` is."""
    level = tokens[number - 2].level
    return next(
        token for token in tokens[number:] if token.type == "blockquote_close" and token.level == level
    )


def _wiki_link(state: StateInline, silent: bool) -> bool:
    """Show "barn" for "[[Old Barn|barn]]", and nothing for an embedded page, "![[Note]]"."""
    if state.src[state.pos] not in "[!":
        return False
    match = _WIKI_LINK.match(state.src, state.pos)
    if match is None:
        return False
    if not silent and not match[0].startswith("!") and not _CONTENTS.fullmatch(match[0]):
        state.push("text", "", 0).content = match[2] or match[1].replace("#", " › ").strip(" ›")
    state.pos = match.end()
    return True


def _struck(state: StateInline, silent: bool) -> bool:
    match = _STRUCK.match(state.src, state.pos)
    if match is None:
        return False
    state.pos = match.end()
    return True


def _mark(state: StateInline, silent: bool) -> bool:
    """Drop the marks of "==highlighted==" text."""
    start, end = state.pos, state.pos + 2
    if not state.src.startswith("==", start) or state.src[end : end + 1] == "=":
        return False
    if state.src[start - 1 : start] == "=":
        return False
    opens = state.src[end : end + 1].strip() and re.search(r"(?<=[^\s=])==(?!=)", state.src[end : end + 300])
    closes = state.src[start - 1 : start].strip() and re.search(
        r"(?<!=)==(?=[^\s=])", state.src[max(0, start - 300) : start]
    )
    if not (opens or closes):
        return False
    state.pos = end
    return True
