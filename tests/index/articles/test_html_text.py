"""Pages: what is read, what is not, and markup that breaks parsers."""

import gc
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.dates import latest_date
from index.articles.document import DocumentBuilder
from index.articles.front_matter import Description
from index.articles.html_text import add_html, read_html
from index.errors import UnreadableFileError
from index.records import BlockKind
from tests.support.blocks import assert_sound, shown
from tests.support.growth import LINEAR, growth

PAGE = b"""<!DOCTYPE html><html><head><title> Bees
 dance </title><link rel="canonical" href="https://example.org/bees"><meta name="author" content="Ada">
<meta property="article:published_time" content="2021-03-04"><style>p {}</style></head>
<body><nav>Home</nav><h1>Bees</h1><p>They <b>dance</b> for
  food.<br>They &amp; fly.</p><!-- a <p>comment</p> --><script>var x = "<p>no</p>";</script>
<noscript>no</noscript><template><p>no</p></template><div hidden>no</div>
<ul><li>One<ul><li>Two</ul></ul><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>
<div>before<p>inside</p>after</div><blockquote><p>said</blockquote><figure><figcaption>drawn</figcaption></figure>
<pre>x\n   y</pre></body></html>"""


def read(data: bytes) -> tuple[Description, str]:
    document = read_html(data)
    return document.description, document.text


def text_of(markup: str) -> str:
    return read_html(markup.encode()).text


def test_a_page() -> None:
    document = read_html(PAGE)
    described = Description(
        "Bees dance", "https://example.org/bees", "2021-03-04", "Ada", latest_date(["2021-03-04"])
    )
    assert document.description == described
    assert shown(document) == [
        ("heading", "Bees"),
        ("paragraph", "They dance for food.\nThey & fly."),
        ("list_item", "One"),
        ("list_item", "Two"),
        ("table_row", "a\tb"),
        ("table_row", "c"),
        ("paragraph", "before"),
        ("paragraph", "inside"),
        ("paragraph", "after"),
        ("quotation", "said"),
        ("caption", "drawn"),
        ("code", "x\n   y"),
    ]
    assert [block.level for block in document.blocks[:4]] == [1, 0, 1, 2]


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (b"<meta property='og:title' content='Open graph'><title>Title</title>", "Open graph"),
        (b"<title></title><h1>A <i>heading</i></h1>", "A heading"),
        (b"<title>Bees dance | The Hive</title><h1>Bees dance</h1>", "Bees dance"),
        (b"<title>Bees - The Hive</title><h1>Bees<a href='#bees'>#</a></h1>", "Bees"),
        (b"<title>The Hive - Bees</title><meta property=og:site_name content='The Hive'>", "The Hive - Bees"),
        (b"<title>Bees - The Hive</title><meta property=og:site_name content='The Hive'>", "Bees"),
        (b"<title>Bees? - Forum</title><h1>Forum</h1><h2>Bees?</h2>", "Bees? - Forum"),
        (b"<title>C - Bees - Book</title><h1>Book</h1><h1>C - Bees</h1>", "C - Bees"),
        (b"<title>Salt-works of 1900</title><h1>Salt</h1>", "Salt-works of 1900"),
        (b"<p class='c1 title' id=h.a1><span>Bees</span></p><h1 id=h.b2>Food</h1>", "Bees"),
        (b"<p class=MsoTitle>Bees</p><h1>Food</h1>", "Bees"),
        (b"<p class=title>Read more</p><h1>Bees</h1>", "Bees"),
        (b"<svg><title>Icon</title></svg><p>Nothing</p>", None),
        (b"<p>Nothing</p>", None),
    ],
)
def test_titles(page: bytes, title: str | None) -> None:
    assert read(page)[0].title == title


def test_only_web_addresses_are_kept() -> None:
    assert read(b"<link rel=canonical href='javascript:x'>x")[0].url is None
    assert read(b"<meta property='og:url' content='https://a.b/'>x")[0].url == "https://a.b/"


@pytest.mark.parametrize(
    "page",
    [
        "<meta name=author content=Ada><meta name=date content=2021-03-04>",
        """<script type="application/ld+json">{"@graph": [{"author": [{"name": "Ada"}],
        "datePublished": "2021-03-04"}]}</script>""",
        """<span itemprop=author>Ada</span><time itemprop=datePublished datetime=2021-03-04>March</time>""",
        """<meta property=article:author content=https://a.b/ada><a rel=author href=/ada>Ada</a>
        <meta itemprop=datePublished content=2021-03-04>""",
    ],
)
def test_author_and_date(page: str) -> None:
    description, _ = read(page.encode())
    assert (description.author, description.published) == ("Ada", "2021-03-04")


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:modified_time" content="2024-05-03T10:00:00Z">',
        '<script type=application/ld+json>{"dateModified": "2024-05-03T10:00:00Z"}</script>',
    ],
)
def test_a_change_after_the_publication(head: str) -> None:
    description, _ = read(f"<meta name=date content=2021-03-04>{head}<p>They dance.".encode())
    assert description.published == "2021-03-04"
    assert description.updated == latest_date(["2024-05-03 10:00"])


@pytest.mark.parametrize("data", ["[", "[" * 100_000, "1", '{"author": {"name": 3}}', '{"author": [[]]}'])
def test_structured_data_that_is_none(data: str) -> None:
    page = f"<script type=application/ld+json>{data}</script><p>They dance."
    assert read(page.encode()) == (Description(), "They dance.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opening", "repeated"),
    [
        ("<style>", "@"),
        ("<style>", "a "),
        ("<style>", "@x{a{"),
        ("<p style='", "left "),
        ("<title>", " | a"),
        ("<link rel=canonical href='https://a.b/", "a"),
        ("<dl><dt>", "word "),
        ("<details><summary>", "word "),
        ("<table><caption>", "word "),
    ],
)
def test_long_parts_that_other_parts_refer_to(opening: str, repeated: str) -> None:
    closing = {"<p style='": "'>", "<link rel=canonical href='https://a.b/": "'>"}
    after = {"<dl><dt>": "<dt>a<dd>b", "<table><caption>": "<tr><td>a<td>b", "<title>": "</title><h1>a"}

    def page(times: int) -> bytes:
        parts = after.get(opening, "<p class=x><a href=y>b</a>") * times
        end = closing.get(opening, "</style>" if opening == "<style>" else "")
        return (opening + repeated * times + end + parts).encode()

    assert growth(read_html, page(1_000), page(4_000)) < LINEAR


def test_language() -> None:
    assert read(b"<html lang=en-GB><p>They dance.")[0].language == "en-GB"


def test_encodings() -> None:
    assert read("<meta charset=iso-8859-2><p>žluťoučký".encode("iso-8859-2"))[1] == "žluťoučký"
    xml = "<?xml version='1.0' encoding='iso-8859-2'?><html><p>žluťoučký"
    assert read(xml.encode("iso-8859-2"))[1] == "žluťoučký"
    assert read("<p>日本".encode("utf-16"))[1] == "日本"
    with pytest.raises(UnreadableFileError, match="binary"):
        read(bytes(range(256)) * 5)


def test_comments_end_as_in_a_browser() -> None:
    assert text_of("<p>a<!-->b<!--->c<!---->d<!-- - -->e<p>f --> g") == "abcde\n\nf --> g"
    assert text_of("<p>a <!-- secret <p>c") == "a"
    assert text_of("<script>'<!--'</script><p>a") == "a"


def test_a_word_that_may_break_stays_whole() -> None:
    page = (
        "<h1>Function std::<wbr>fs::<wbr>read</h1>"
        "<p>Call <code>std::<wbr>fs::<wbr>read(path)</code>. It is super<wbr>cali long.</p>"
    )
    assert text_of(page) == "Function std::fs::read\n\nCall std::fs::read(path). It is supercali long."


def test_text_after_an_element_without_content_is_read() -> None:
    empty = (
        "bgsound embed image keygen source track wbr area base basefont col frame input link param".split()
    )
    for tag in empty:
        assert text_of(f"<div><p>A.</p><{tag} hidden=true><p>B.</p><p>C.</p></div>") == "A.\n\nB.\n\nC.", tag
    assert text_of("<p>A.<p>B.<hr/>C.<table><colgroup><col><col><tr><td>D.</table>") == "A.\n\nB.\n\nC.\n\nD."


def test_what_is_played_or_drawn_is_no_text() -> None:
    page = (
        "<p>A<video><source src=x>no<track src=y>no</video><audio>no<source>no</audio>"
        "<picture><source srcset=x>no<img src=y></picture><object><embed src=x>no</object>"
        "<embed src=x><noembed>no</noembed>B</p>"
    )
    assert text_of(page) == "AB"


def test_what_is_no_tag_is_text() -> None:
    assert text_of("<p>a < b &amp; c > d") == "a < b & c > d"


def test_html_inside_another_format() -> None:
    builder = DocumentBuilder()
    builder.add(BlockKind.HEADING, "Bees", level=1)
    add_html(builder, "<nav>Contents</nav><details><summary>Food?</summary>Nectar.<!-- no --></details>")
    document = builder.document(Description())
    assert shown(document) == [
        ("heading", "Bees"),
        ("paragraph", "Contents"),
        ("question", "Food?"),
        ("paragraph", "Nectar."),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<div>", "</div>"),
        ("<b>a", ""),
        ("<p>a</b></i>", ""),
        ("<!--", "-->"),
        ('<a x="', ""),
        ("<a ", ""),
        ("</", ""),
        ("<![CDATA[", ""),
        ("<script>", ""),
        ("<ul><li>", ""),
        ("<dl><dd><span>", ""),
        ("<table><tr><td>", ""),
        ("<details><summary>a</summary>", ""),
        ("<b id=x><p>", ""),
        ("<i>", "<p>a</p>"),
    ],
)
def test_deep_and_broken_markup(opening: str, closing: str) -> None:
    def page(times: int) -> bytes:
        return (opening * times + "words" + closing * times).encode()

    texts = []
    assert growth(lambda data: texts.append(read_html(data).text), page(1_000), page(4_000)) < LINEAR
    hidden = opening in ("<script>", '<a x="', "<a ", "</", "<![CDATA[", "<!--")
    assert all("words" in text or hidden for text in texts)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "<p>They <b>dance</b>, <i>often</i>.</p>" * 1_000,
        "<p>ab</p>" * 1_000,
        "<table>" + "<tr><td>12</td><td>ab</td><td>c</td></tr>" * 1_000 + "</table>",
        "<ul>" + "<li><a href='#x'>ab</a></li>" * 1_000 + "</ul>",
        "<div class='a'><span class='b'>cd</span></div>" * 1_000,
    ],
)
def test_memory_is_in_proportion_to_the_page(page: str) -> None:
    data = page.encode()
    read_html(data[:1_000])
    gc.collect()
    tracemalloc.start()
    try:
        read_html(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50 * len(data)


TAGS = st.sampled_from(
    "p div ul li ol table tr td th thead dl dt dd h1 h2 details summary pre br b a q button span blockquote"
    " caption article main aside nav footer".split()
)
ATTRIBUTES = st.sampled_from(
    ["", " hidden", " id=x", " href=#x", " href=https://a.b/", " colspan=3", " rowspan=9", " class=accordion"]
)
TAG = st.builds("<{}{}{}>".format, st.sampled_from(["", "/"]), TAGS, ATTRIBUTES)


@given(st.lists(st.one_of(TAG, st.sampled_from(["One. Two", " ", "\n", "?", "3"])), max_size=60))
def test_any_page_gives_sound_blocks(parts: list[str]) -> None:
    assert_sound(read_html("".join(parts).encode()))


@given(st.text(alphabet=st.sampled_from("<>/!-='\"&;# abpdivscript\n[]?"), max_size=200))
def test_any_markup_gives_text(markup: str) -> None:
    document = read_html(markup.encode())
    assert document.text == document.text.strip()
    assert_sound(document)
