"""The tree of a page, and what is known of each element without a look into it."""

from index.articles.html_tree import Element, parse, text_of


def first(element: Element, tag: str) -> Element:
    """Return the first element of a tag."""
    waiting = [element]
    while waiting:
        node = waiting.pop()
        if node.tag == tag:
            return node
        waiting += reversed(list(node.elements()))
    raise AssertionError(tag)


def test_names_are_words() -> None:
    element = first(parse("<div id=topNav class='side-bar2 HTML_box'>x").root, "div")
    assert element.names == " top nav side bar 2 html box "
    assert element.class_names == " side bar 2 html box "
    assert Element("div").names == Element("div", {"id": "x"}).class_names == " "


def test_lengths_and_links() -> None:
    page = parse("<div><p>abc <a href='#x'>de</a></p><a href=/y> f </a></div>")
    element = first(page.root, "div")
    assert element.length == page.root.length == 6
    assert element.links == (2, 3, 2)


def test_what_holds_the_heading_or_the_main_part_is_known() -> None:
    root = parse("<div><section><h1>x</h1></section><p>y</p></div>").root
    assert first(root, "div").outlined
    assert not first(root, "p").outlined


def test_what_stands_beside_the_text() -> None:
    page = parse(
        "<html lang=de><title>T</title><style>p{}</style><script>x</script><meta name=Author content=Ada>"
        "<script type=application/ld+json>{}</script><a href='#a b'>x</a><b aria-controls='c d'>y</b>"
    )
    assert (page.language, page.title, page.styles) == ("de", "T", ["p{}"])
    assert (page.meta, page.structured_data) == ({"author": "Ada"}, ["{}"])
    assert page.controlled == {"a", "b", "c", "d"}


def test_looks_make_no_elements() -> None:
    root = parse("<p>a<i>b</i><span>c</span><em class=x>d</em>").root
    assert [child if isinstance(child, str) else child.tag for child in first(root, "p").children] == [
        "abc",
        "em",
    ]


def test_the_beginning_of_a_long_text() -> None:
    assert text_of(first(parse("<p>a <b>b</b><br>c").root, "p")) == "a b c"
    assert len(text_of(parse("<p>" + "<i id=x>ab</i> " * 10_000).root)) < 2_000


def test_what_follows_an_empty_element_stands_beside_it() -> None:
    for tag in ("<wbr>", "<WBR>", "<wbr/>", "<wbr class=x>", "<embed src=/a/>", "<source>", "<track kind=x>"):
        list_ = first(parse(f"<ul><li>a{tag}b<li>c</ul>").root, "ul")
        assert [item.children for item in list_.elements()] == [["ab"], ["c"]]


def test_an_empty_element_with_a_bracket_in_an_attribute_takes_no_text_away() -> None:
    assert text_of(parse("<div><embed title='a > b' src=x><p>c</p><p>d</p></div>").root) == "c d"
