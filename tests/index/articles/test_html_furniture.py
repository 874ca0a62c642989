"""Ids of parts of a page: those made of the words of headings, and those of furniture."""

import pytest

from index.articles.html_text import read_html
from tests.support.tables import each_row

TEXT = "<p>They dance for food. They fly for three miles and come back.</p><p>They sleep at night.</p>" * 3
# Where the text of a page stands; some generators write no element for the main part.
PAGES = {
    "main": "<header>Site</header><main>{}</main>",
    "article": "<div><article>{}</article></div>",
    "inside main": "<main><div class=body>{}</div></main>",
    "role": "<div role=main>{}</div>",
    "none": "<div>{}</div>",
    "body": "{}",
}


def text_of(page: str, markup: str) -> str:
    return read_html(PAGES[page].format(f"<h1>Bees</h1>{TEXT}{markup}{TEXT}").encode()).text


@pytest.mark.parametrize("page", PAGES)
@each_row(
    "identifier, heading",
    [
        ("why-use-ad-hoc-commands", "Why use ad hoc commands?"),
        ("how-to-skip-a-test", "How to skip a test"),
        ("pagination", "Pagination"),
        ("pagination-1", "Pagination"),
        ("navigation", "Navigation<a class=headerlink href='#navigation'>¶</a>"),
        ("navigation", "<span class=section-number>3.2. </span>Navigation"),
        ("navigation", "4 Navigation"),
        ("adding-a-footer", "Adding a footer"),
        ("informed-consent", "Informed consent"),
        ("gdpr-requests", "GDPR requests"),
        ("custom-footer", "How to change what stands at the end"),
        ("ad-hoc", "Without a plan"),
    ],
)
def test_a_section_stays_whose_id_is_made_of_words(page: str, identifier: str, heading: str) -> None:
    for tag in ("section", "div"):
        section = f"<{tag} id={identifier}><h2>{heading}</h2><p>They are quick.</p></{tag}>"
        text = text_of(page, section)
        assert heading.split("<a")[0].rpartition(">")[2] in text
        assert "\n\nThey are quick.\n\n" in text


def test_the_words_of_a_heading_stand_behind_the_place_of_a_link() -> None:
    section = (
        "<section id=pagination><span id=pages></span><h2>Pagination</h2><p>They are quick.</p></section>"
    )
    assert "\n\nPagination\n\nThey are quick.\n\n" in text_of("main", section)


@pytest.mark.parametrize("page", PAGES)
@each_row(
    "identifier",
    [
        "comments",
        "pagination",
        "navigation",
        "footer",
        "sponsors",
        "informed-consent",
        "how-to-skip-a-test",
        "using-a-screen-reader class=anchor",
        "footer class=anchor",
    ],
)
def test_a_heading_stays_whatever_its_id(page: str, identifier: str) -> None:
    text = text_of(page, f"<h2 id={identifier}>Lids</h2><p>A lid begins with a hash sign.</p>")
    assert "\n\nLids\n\nA lid begins with a hash sign.\n\n" in text


@each_row(
    "markup",
    [
        "<h2><span class=mw-headline id=Navigation>lids</span></h2>",
        "<dl><dt id=skip>lids<dd>They shut.</dl>",
        "<dl><dt class=sig id=pytest.skip>lids<dd>They shut.</dl>",
        "<table><tr id=pager><td>lids<td>They shut.</table>",
        "<ul><li id=nav>lids</ul>",
        "<section id=comments><h2>Comments</h2><p>On lids.</p></section>",
        "<section id=comments><h2>3. Comments</h2><p>On lids.</p></section>",
    ],
)
def test_a_place_to_link_to_stays_in_the_main_part(markup: str) -> None:
    assert "lids" in text_of("main", markup)


def test_furniture_goes_by_its_classes_as_before() -> None:
    assert "Lids" not in text_of("main", "<h2 class=no-print id=lids>Lids</h2>")
    assert "Lids" not in text_of("none", "<section class=footer-wide id=footer><h2>Footer</h2>Lids</section>")


@pytest.mark.parametrize("page", PAGES)
@each_row(
    "markup",
    [
        "<div id=sidebar><h3>On lids</h3><p>Wax.</p></div>",
        "<div id=cookie-banner>Lids are baked.</div>",
        "<p id=footer>Lids since 1987.</p>",
        "<ul id=pagination><li><a href=/2>Lids</a></ul>",
        "<div id=comments><h3>3 comments</h3><p>Fake lids</p></div>",
        "<div id=disqus_thread>Fake lids</div>",
        "<aside id=newsletter><h3>Our letter</h3><p>Lids</p></aside>",
    ],
)
def test_furniture_goes_by_its_id(page: str, markup: str) -> None:
    assert "ids" not in text_of(page, markup)


@each_row(
    "markup",
    [
        "<div id=left-sidebar><h3>On lids</h3><p>Wax.</p></div>",
        "<div id=footer_wrapper>Lids since 1987.</div>",
        "<div id=siteFooter>Lids since 1987.</div>",
        "<div class=portal id=p-navigation><h3>Navigation</h3><p>Lids</p></div>",
        "<div id=comments><h3>Comments</h3><p>Fake lids</p></div>",
        "<div id=navigation><h2>Navigation</h2><p><a href=/l>Lids</a> <a href=/w>Waxes of bees</a></p></div>",
    ],
)
def test_furniture_goes_by_its_id_around_the_text(markup: str) -> None:
    assert "ids" not in text_of("none", markup)


def test_a_section_named_by_its_heading_is_not_the_main_part() -> None:
    section = f"<section id=the-main-ideas><h2>The main ideas</h2>{TEXT * 3}</section>"
    text = read_html(f"<h1>Bees</h1><section><h2>Lids</h2>{TEXT}</section>{section}".encode()).text
    assert "Lids" in text
    assert "The main ideas" in text
