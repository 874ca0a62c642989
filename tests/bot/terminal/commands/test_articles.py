"""The articles as they are listed, shown and indexed."""

import pytest

from tests.support.homes import Home


@pytest.mark.slow
def test_articles_are_listed(built_home: Home) -> None:
    run = built_home.footnote("articles", "--json")
    assert [(row["id"], row["file"]) for row in run.json] == [
        ("coalition-strikes-near-al-tanf", "coalition-strikes-near-al-tanf.txt"),
        ("notes/bees", "notes/bees.md"),
    ]
    assert [list(row) for row in run.json] == [["id", "title", "url", "file", "characters", "sentences"]] * 2
    for row in run.json:
        shown = built_home.footnote("show", "--json", row["id"]).json
        assert list(shown) == ["id", "title", "url", "file", "characters", "sentences", "text"]
        assert shown["characters"] == len(shown["text"]) == row["characters"]
        assert len(shown["sentences"]) == row["sentences"]
    plain = built_home.footnote("articles").out
    assert "notes/bees\n    How bees keep warm, 3 sentences\n    https://example.org/bees\n" in plain


@pytest.mark.slow
def test_show_numbers_the_sentences(built_home: Home) -> None:
    shown = built_home.footnote("show", "--json", "notes/bees").json
    lines = built_home.footnote("show", "notes/bees").out.splitlines()
    numbered = [
        f"{number}  {shown['text'][slice(*span)]}" for number, span in enumerate(shown["sentences"], 1)
    ]
    assert lines[-len(numbered) :] == numbered
    assert lines[:5] == [
        "How bees keep warm",
        "Anonymous",
        "2021-12-01",
        "notes/bees.md",
        "https://example.org/bees",
    ]
