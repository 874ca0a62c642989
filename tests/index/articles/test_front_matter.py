"""Front matter and titles, sound and broken."""

from dataclasses import replace

import pytest

from index.articles.front_matter import FLAW, Description, split_front_matter, title_in
from tests.support.tables import each_row

FULL = """---
title: "Bees: a
  history"
url: https://example.org/bees
date: 2021-03-04
authors: [Ada Lovelace, Mary Shelley]
---

Bees dance.
"""


def described(content: str) -> tuple[Description, str]:
    """Return description and text without the time of the latest date, which `test_dates` tests."""
    description, text = split_front_matter(content)
    return replace(description, updated=None), text


def test_front_matter_describes_and_leaves_the_text() -> None:
    description = Description(
        "Bees: a history", "https://example.org/bees", "2021-03-04", "Ada Lovelace, Mary Shelley"
    )
    assert described(FULL) == (description, "Bees dance.\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "---\nOnly words between rules.\n---\nMore.",
        "---\n- a\n- list\n---\nMore.",
        "---\n" + "[" * 20_000 + "\n---\nToo deep.",
        "---\nNote: words between rules.\n---\nMore.",
        "---\n? {a: b}\n: c\n---\nA key that is no word.",
        "---\ntitle: never closed\n",
        "---\n---\nEmpty.",
        "--- \nx: !!python/object/apply:os.system [ls]\n---\nNot ours to build.",
        " ---\ntitle: indented\n---\n",
    ],
)
def test_what_is_no_front_matter_is_text(text: str) -> None:
    assert split_front_matter(text) == (Description(), text)


@each_row(
    "yaml, description",
    [
        ("url: javascript:alert(1)", Description()),
        ("url: file:///etc/passwd", Description()),
        ("url: https://", Description()),
        ("url: 'http://[bad'", Description()),
        ("url: 'https://a.b/ c'", Description()),
        ("url: 5", Description()),
        ("url: http://a.b", Description(url="http://a.b")),
        ("published: 2020", Description(published="2020")),
        ("published: 2020-01-02 03:04:05", Description(published="2020-01-02 03:04:05")),
        ("published: 2024-13-45", Description(published="2024-13-45")),
        ("published: 1:30", Description(published="1:30")),
        ("title: No\nauthor: {a: b}", Description(title="No")),
        ("title: 007\nauthor: [Yes, 1e3]", Description(title="007", author="Yes, 1e3")),
        ("title: ''\nauthor: []", Description()),
        ("title:\nauthor: null\npublished: ~", Description()),
        ('title: "a\\x1b[2Jb\\tc"', Description(title="a [2Jb c")),
        ("a: &a [x, x]\nb: &b [*a, *a]\ntitle: [*b, *b]", Description()),
    ],
)
def test_values(yaml: str, description: Description) -> None:
    assert described(f"---\n{yaml}\n---\nBody.") == (description, "Body.")


def test_a_long_value_is_cut_short() -> None:
    description, _ = split_front_matter(f"---\ntitle: {'x' * 5000}\n---\n")
    assert description.title == "x" * 999 + "…"


@each_row(
    "text, title",
    [
        ("The title\n\nBody.", "The title"),
        ("\n\n  The   title \n \nBody.", "The title"),
        ("The title\n=====\nBody.", "The title"),
        ("A line of a paragraph\nthat goes on.\n", None),
        ("One line", "One line"),
        ("**The title**\n\nBody.", "The title"),
        ("## The title ##\n\nBody.", "The title"),
        ("Intro\n\n# The title #\n", "The title"),
        ("# About C#\n", "About C#"),
        ("#hashtag first\nBody.", None),
        ("```\n# a comment\n```\nBody\n\n# The title", "The title"),
        ("word " * 50 + "\n\nBody.", None),
        ("***\n\nBody.", None),
        ("", None),
        ("#  \n", None),
    ],
)
def test_titles(text: str, title: str | None) -> None:
    assert title_in(text) == title


@pytest.mark.parametrize(
    ("text", "title"), [("Intro\n\n# of hives", "Intro"), ("# of hives\n\nTen.", "# of hives")]
)
def test_number_signs_that_are_seen_are_no_marks(text: str, title: str) -> None:
    assert title_in(text, is_plain=False) == title


def test_a_line_of_a_megabyte_takes_no_time() -> None:
    assert title_in("# a" + " #" * 500_000) is not None
    assert title_in("x" + " " * 1_000_000 + "x\n\n") is None


def test_a_title_with_a_colon_is_broken_yaml_and_a_title_all_the_same() -> None:
    said, rest = split_front_matter("---\ntitle: Bees: a history\nauthor: Jo\n---\nBees are old.\n")
    assert (said.title, said.author, rest) == ("Bees: a history", "Jo", "Bees are old.\n")


def test_a_sentence_that_is_all_there_is_is_no_title() -> None:
    assert title_in("\nFirst file. It says the code is alpha.\n\n") is None
    assert title_in("First file\n\nIt says the code is alpha.") == "First file"


@pytest.mark.parametrize(
    "content",
    [
        "\n\n---\nTitle: Bees\nAuthor: Jo\nDate: 2020-02-03\n---\n\nBody.",
        "+++\ntitle = 'Bees'\nauthor = \"Jo\"\ndate = 2020-02-03\ndraft = false\n+++\n\nBody.",
        "+++\ntitle = Bees\nauthor = Jo\ndate = 2020-02-03\n+++\nBody.",
        '{\n  "title": "Bees",\n  "author": ["Jo"],\n  "date": "2020-02-03"\n}\n\nBody.',
        "Title: Bees\nAuthor: Jo\nDate: 2020-02-03\nKeywords: wax,\n  honey\n\n\nBody.",
        "% Bees\n% Jo\n% 2020-02-03\n\nBody.",
        "---\ntitle: Bees\nauthor: [Jo\nlastmod: 2020-02-03\n---\nBody.",
    ],
)
def test_front_matter_has_many_forms(content: str) -> None:
    description, text = split_front_matter(content)
    assert (description.title, description.published, text) == ("Bees", "2020-02-03", "Body.")
    assert description.author in ("Jo", "[Jo")


@pytest.mark.parametrize(
    ("yaml", "description"),
    [
        ("canonical: https://a.b/c", Description(url="https://a.b/c")),
        ("url: /c\npermalink: https://a.b/c", Description(url="https://a.b/c")),
        ("lastmod: 2024\ndate: 2020", Description(published="2020")),
        ("updated: 2024", Description(published="2024")),
        ("layout: post\ntags: [a, b]\npermalink: /dun/", Description()),
        (
            "title: Holm: a cheese\nauthor: [Kit, 'Sol']",
            Description("Holm: a cheese", author="Kit, Sol", flaw=FLAW + "is not valid YAML (line 2)"),
        ),
    ],
)
def test_keys_that_describe(yaml: str, description: Description) -> None:
    assert described(f"---\n{yaml}\n---\nBody.") == (description, "Body.")


@pytest.mark.parametrize(
    "text",
    [
        '{"boats": 3}\n\nA fact in braces.',
        '{"title": "Boats"} is what it prints.',
        "Date: Sunday 9 June\nTeas: Ife\n\nThe open day.",
        "Title: Boats\nCaptain: Jo\n\nA sheet.",
        "Subject: boats\n\nA letter.",
        "+++\nonly words\n+++\nMore.",
        "{" * 100_000,
    ],
)
def test_values_of_the_text_are_no_front_matter(text: str) -> None:
    assert split_front_matter(text) == (Description(), text)


@pytest.mark.parametrize(
    ("content", "title", "text", "flaw"),
    [
        (
            "---\ntitle: Bees: a\n---\n\nThey dance.\n",
            "Bees: a",
            "They dance.\n",
            "is not valid YAML (line 2)",
        ),
        (
            "\n---\na: b\ntitle: [Bees\n---\nThey dance.\n",
            "[Bees",
            "They dance.\n",
            "is not valid YAML (line 5)",
        ),
        ("---\n\ttitle: Bees\n---\nThey dance.\n", "Bees", "They dance.\n", "is not valid YAML (line 2)"),
        ("+++\ntitle = Bees\n+++\nThey dance.\n", "Bees", "They dance.\n", "is not valid TOML (line 2)"),
        (
            "---\ntitle: Bees\n\n# Dance\n\nWell.\n",
            "Bees",
            "\n# Dance\n\nWell.\n",
            "is never closed (line 1)",
        ),
        (
            "---\ntitle: Bees\ntags:\n  - a\n\nThey dance.\n\n---\n\nThey fly.\n",
            "Bees",
            "\nThey dance.\n\n---\n\nThey fly.\n",
            "is never closed (line 1)",
        ),
    ],
)
def test_broken_front_matter_is_named_and_the_text_stays(
    content: str, title: str, text: str, flaw: str
) -> None:
    description, rest = split_front_matter(content)
    assert (description.title, rest, description.flaw) == (title, text, FLAW + flaw)
