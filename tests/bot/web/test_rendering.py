import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from bot.web.rendering import asset, environment, style_version, visible
from bot.wording import safe


@given(st.text())
def test_nothing_unseen_reaches_a_page(text: str) -> None:
    assert safe(visible(text)) == safe(text)
    assert set(visible(text)) <= {*safe(text), "\n", "\t"}


def test_code_keeps_its_lines_and_the_rest_is_as_it_is() -> None:
    assert visible("a\r\nb\u2028\tc\x1b") == "a\nb\n\tc\ufffd"
    assert visible(Markup("<b>\u202e</b>")) == Markup("<b>\u202e</b>")
    assert visible(7) == 7


def test_whatever_is_put_into_a_template_is_escaped() -> None:
    template = environment().from_string('<p title="{{ text }}">{{ text }}</p>')
    shown = template.render(text='"><script>\u202ealert(1)</script>')
    assert shown.count("<") == 2
    assert "\u202e" not in shown
    with pytest.raises(UndefinedError):
        template.render()


def test_the_templates_hold_neither_script_nor_style_nor_an_address_elsewhere() -> None:
    for name in environment().list_templates():
        source, _, _ = environment().loader.get_source(environment(), name)  # type: ignore[union-attr]
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|\|\s*safe|https?:|src=", source), name


def test_the_style_is_small_and_its_address_changes_with_it() -> None:
    assert len(asset("style.css")) < 12_000
    assert b"url(" not in asset("style.css")
    assert re.fullmatch("[0-9a-f]{12}", style_version())
