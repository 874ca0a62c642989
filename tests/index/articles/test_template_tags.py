"""Templating tags and comments of Markdown, which nobody sees, but in code."""

import pytest

from index.articles.markdown_text import read_markdown
from index.articles.template_tags import hide_unseen


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{% include nav.html %}\n\nThe fee is 5 euros.", "The fee is 5 euros."),
        ("Hello {{ user.name }}, the fee is 5 euros.", "Hello , the fee is 5 euros."),
        ("See [the plan]({{ site.url }}/plan) today.", "See the plan today."),
        ('{{< figure src="a.png" caption="A hedge" >}}', "A hedge"),
        ('{% include video.html title="Hedges" %}\nText.', "Hedges\n\nText."),
        ("{% comment %}\nsecret\n{% endcomment %}\nShown.", "Shown."),
        ("{% raw %}Use {{ name }}.{% endraw %}", "Use {{ name }}."),
        ("{{/* a note */}}Shown.{# and\nanother #}", "Shown."),
        ("Shown %%a note%%.\n\n%%\nsecret\n\nmore\n%%\n\nThe end.", "Shown .\n\nThe end."),
        ("%% todo:\n- a\n- b %%\n\nShown.\n\n%% later\n\nmore\n%%\nThe end.", "Shown.\n\nThe end."),
        ("In code `{{ name }}` is shown.", "In code {{ name }} is shown."),
        ("```\n{{ name }}\n<!-- a -->\n```", "{{ name }}\n<!-- a -->"),
        ("{% highlight sh %}\nrun {{ it }}\n{% endhighlight %}", "run {{ it }}"),
    ],
)
def test_templating_tags_are_no_text(content: str, expected: str) -> None:
    assert read_markdown(content).text == expected


def test_what_is_hidden_comes_back_in_code() -> None:
    masked, hidden = hide_unseen("A {{ b }} c")
    assert masked.startswith("A \ue000")
    assert hidden.source(masked) == "A {{ b }} c"
    assert hidden.shown(masked) == "A  c"


@pytest.mark.parametrize(
    "content",
    [
        "Write 100%% in a format.\n\nThe fee is 5 euros.\n\nIt shows 5%% here.",
        "- Use %%i for a loop.\n- Use %%j for another.",
        "%%i is a loop.\n\nThe fee is 5 euros.\n\n%%j is another.",
        "%%\n\nThe fee is 5 euros.\n\nUse %%i for a loop.",
        "Use %%i for a loop.\n\nThe fee is 5 euros.\n\n%%",
    ],
)
def test_percent_signs_of_two_paragraphs_hide_nothing(content: str) -> None:
    words = read_markdown(content).text.split()
    assert words == [word for word in content.split() if word not in ("-", "%%")]
