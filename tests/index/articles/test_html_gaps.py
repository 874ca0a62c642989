"""Words that only the style of a page sets apart."""

import pytest

from index.articles.html_text import read_html


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<span class='value green'>bees</span><span class='value red'>food</span>", "beesfood"),
        (
            "<span class='selected-value green'>bees</span><span class='selected-value red'>food</span>",
            "bees food",
        ),
        (
            "<a href=/u/ann>ann_b</a><span class=c><time>January 3, 6:02pm</time><b class=no>1</b></span>",
            "ann_b January 3, 6:02pm 1",
        ),
        ("<label for=a>bees</label><label for=b>food</label>", "bees food"),
        ("<span class=a>09:00</span><span class=b>Updated</span>", "09:00 Updated"),
        ("<span class=c0>Bee</span><span class=c1>keeper</span>", "Beekeeper"),
        ("<span class=a>Bees</span><span class=b>, wasps</span>", "Bees, wasps"),
        ("<code><span class=a>get</span><span class=b>Name</span></code>", "getName"),
        ("<b>Mill</b>bank, H<sub>2</sub>O", "Millbank, H₂O"),
    ],
)
def test_words_side_by_side(markup: str, text: str) -> None:
    assert read_html(f"<h1>Bees</h1><p>{markup}</p>".encode()).text == f"Bees\n\n{text}"


def test_cells_of_tables() -> None:
    days = "<span class='selected-value a'>Tuesday</span><span class='selected-value b'>Friday</span>"
    page = f"<table><tr><th>Name<th>Days<tr><td>Ann<td>{days}</table>"
    assert read_html(page.encode()).text == "Name Days\n\nAnn\tTuesday Friday"
