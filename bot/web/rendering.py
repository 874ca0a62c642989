"""Pages out of templates: whatever comes from an article or a request is escaped, and can be seen."""

import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.web.addresses import article_path, site_root
from bot.wording import count_with_noun
from index.segmentation.characters import CONTROLS, USELESS_JOINERS, ZERO_WIDTH

_COMPRESSED_FROM = 1024  # bytes
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_FOLDER = files("bot.web")


def visible(value: Any) -> Any:
    """Return text without what a browser would obey or a person cannot see; anything else as it is.

    Line breaks and tabs stay: a browser shows them as spaces, but in code.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = ZERO_WIDTH.sub("", CONTROLS.sub("\ufffd", _LINE_BREAKS.sub("\n", value)))
    return USELESS_JOINERS.sub("", text)


@cache
def environment() -> Environment:
    """Return what the templates are rendered with."""
    templates = Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals.update(
        article_path=article_path, count_with_noun=count_with_noun, style_version=style_version()
    )
    return templates


def page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """Return a page for a request, made of a template and its values."""
    root = site_root(request.rel_url.raw_path)
    text = environment().get_template(template).render(root=root, **values)
    return html_response(text, status)


def html_response(text: str, status: int = 200) -> web.Response:
    """Return a page that browsers may keep, but ask for again."""
    response = web.Response(
        text=text, status=status, content_type="text/html", headers={"Cache-Control": "private, no-cache"}
    )
    if len(text) > _COMPRESSED_FROM:
        response.enable_compression()
    return response


@cache
def asset(name: str) -> bytes:
    """Return a file that the pages need."""
    return (_FOLDER / name).read_bytes()


@cache
def style_version() -> str:
    """Return what changes whenever the style does, for its address."""
    return sha256(asset("style.css")).hexdigest()[:12]
