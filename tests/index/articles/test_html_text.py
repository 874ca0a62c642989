"""Pages: what is read, what is not, and markup that breaks parsers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.front_matter import Description
from index.articles.html_text import read_html
from index.errors import UnreadableFileError
from tests.support.growth import LINEAR, growth

PAGE = b"""<!DOCTYPE html><html><head><title> Bees
 dance </title><link rel="canonical" href="https://example.org/bees"><meta name="author" content="Ada">
<meta property="article:published_time" content="2021-03-04"><style>p {}</style></head>
<body><nav>Home</nav><h1>Bees</h1><p>They <b>dance</b> for
  food.<br>They &amp; fly.</p><!-- a <p>comment</p> --><script>var x = "<p>no</p>";</script>
<noscript>no</noscript><template><p>no</p></template><div hidden>no</div>
<ul><li>One<li>Two</ul><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>
<div>before<p>inside</p>after</div><pre>x\n   y</pre></body></html>"""


def read(data: bytes) -> tuple[Description, str]:
    document = read_html(data)
    return document.description, document.text


def test_a_page() -> None:
    description, text = read(PAGE)
    assert description == Description("Bees dance", "https://example.org/bees", "2021-03-04", "Ada")
    assert text.split("\n\n") == [
        "Bees",
        "They dance for food.\nThey & fly.",
        "One",
        "Two",
        "a b",
        "c",
        "before",
        "inside",
        "after",
        "x\ny",
    ]


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (b"<meta property='og:title' content='Open graph'><title>Title</title>", "Open graph"),
        (b"<title></title><h1>A <i>heading</i></h1>", "A heading"),
        (b"<p>Nothing</p>", None),
    ],
)
def test_titles(page: bytes, title: str | None) -> None:
    assert read(page)[0].title == title


def test_only_web_addresses_are_kept() -> None:
    assert read(b"<link rel=canonical href='javascript:x'>x")[0].url is None
    assert read(b"<meta property='og:url' content='https://a.b/'>x")[0].url == "https://a.b/"


def test_encodings() -> None:
    assert read("<meta charset=iso-8859-2><p>žluťoučký".encode("iso-8859-2"))[1] == "žluťoučký"
    assert read("<p>日本".encode("utf-16"))[1] == "日本"
    with pytest.raises(UnreadableFileError, match="binary"):
        read(bytes(range(256)) * 5)


def test_comments_that_end_at_once() -> None:
    assert read(b"<p>a<!-->b<!--->c<!---->d<!-- - -->e<p>f --> g")[1] == "abcde\n\nf --> g"


def test_what_never_ends_is_text() -> None:
    assert read(b"<p>a <!-- b <p>c")[1] == "a <!-- b\n\nc"
    assert read(b"<p>a < b <i x='")[1] == "a < b <i x='"
    assert read(b"<script>'<!--'</script><p>a")[1] == "a"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<div>", "</div>"),
        ("<b>a", ""),
        ("<p>a</b></i>", ""),
        ("<!--", ""),
        ('<a x="', ""),
        ("<a ", ""),
        ("</", ""),
        ("<![CDATA[", ""),
        ("<script>", ""),
    ],
)
def test_deep_and_broken_markup(opening: str, closing: str) -> None:
    def page(times: int) -> bytes:
        return (opening * times + "words" + closing * times).encode()

    _, text = read(page(10_000))
    assert "words" in text or opening == "<script>"
    assert growth(read_html, page(1_500), page(6_000)) < LINEAR


@given(st.text(alphabet=st.sampled_from("<>/!-='\"&;# abpdivscript\n[]?"), max_size=200))
def test_any_markup_gives_text(markup: str) -> None:
    _, text = read(markup.encode())
    assert text == text.strip()
    assert "\n\n\n" not in text
