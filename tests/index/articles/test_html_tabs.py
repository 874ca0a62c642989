"""Tabs of pages: what a panel says is said of its tab."""

import pytest

from index.articles.html_text import read_html
from tests.support.blocks import assert_sound, leads, shown
from tests.support.growth import LINEAR, growth

MATERIAL = """<div class="tabbed-set tabbed-alternate"><input id=t1 type=radio><input id=t2 type=radio>
<div class=tabbed-labels><label for=t1>Linux</label><label for=t2>Windows</label></div>
<div class=tabbed-content><div class=tabbed-block><p>At night.</p></div>
<div class=tabbed-block><p>At noon.</p></div></div></div>"""
SPHINX = """<div class=sd-tab-set><input type=radio><label class=sd-tab-label>Linux</label>
<div class=sd-tab-content><p>At night.</p></div><input type=radio><label class=sd-tab-label>Windows</label>
<div class=sd-tab-content><p>At noon.</p></div></div>"""
ROLES = """<div class=tabs><div role=tablist><span role=tab>Linux</span><span role=tab>Windows</span></div>
<div class=tab role=tabpanel><p>At night.</p></div>
<div class="tab is-hidden" role=tabpanel><p>At noon.</p></div></div>"""
BOOTSTRAP = """<ul class="nav nav-tabs"><li><a role=tab href="#a">Linux</a></li>
<li><a role=tab href="#b">Windows</a></li></ul><div class=tab-content><div class=tab-pane id=a>At night.</div>
<div class=tab-pane id=b style="display:none">At noon.</div></div>"""
WIKI = """<div class=wds-tabber><div><ul class=wds-tabs>
<li class="wds-tabs__tab wds-is-current"><div class=wds-tabs__tab-label><a href="#">Linux</a></div></li>
<li class=wds-tabs__tab><div class=wds-tabs__tab-label><a href="#">Windows</a></div></li></ul></div>
<div class=wds-tab__content><p>At night.</p></div><div class=wds-tab__content><p>At noon.</p></div></div>"""
PAGE = "<main><h1>Backups</h1><p>They run daily.</p>{}<p>Both take an hour.</p></main>"


@pytest.mark.parametrize("tabs", [MATERIAL, SPHINX, ROLES, BOOTSTRAP, WIKI])
def test_a_panel_stands_below_its_tab(tabs: str) -> None:
    document = read_html(PAGE.format(tabs).encode())
    assert_sound(document)
    assert shown(document)[2:] == [
        ("question", "Linux"),
        ("paragraph", "At night."),
        ("question", "Windows"),
        ("paragraph", "At noon."),
        ("paragraph", "Both take an hour."),
    ]
    assert [leads(document)[text] for text in ("At night.", "At noon.", "Both take an hour.")] == [
        "Linux",
        "Windows",
        "",
    ]


@pytest.mark.parametrize(
    "tabs",
    [
        "<div role=tab>Linux</div><div role=tabpanel>At night.</div><div role=tabpanel>At noon.</div>",
        "<ul><li role=tab>Linux<li role=tab>Windows</ul><p>Choose.</p>"
        "<div role=tabpanel>At night.</div><div role=tabpanel>At noon.</div>",
    ],
)
def test_tabs_that_are_not_those_of_the_panels_stay_where_they_are(tabs: str) -> None:
    document = read_html(PAGE.format(tabs).encode())
    assert "Linux" in document.text.splitlines()
    assert leads(document)["At night."] != "Linux" or leads(document)["At noon."] != "Windows"


@pytest.mark.slow
def test_time_is_linear() -> None:
    def page(panels: int) -> bytes:
        return ("<i role=tab>a</i><div class=tab-pane>x</div>" * panels).encode()

    assert growth(read_html, page(2_000), page(8_000)) < LINEAR
