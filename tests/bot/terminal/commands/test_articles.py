"""The articles as they are listed, shown and indexed."""

import pytest

from tests.support.homes import Home


@pytest.mark.slow
def test_articles_are_listed(either_home: Home) -> None:
    run = either_home.footnote("articles", "--json")
    assert [(row["id"], row["file"]) for row in run.json] == [
        ("coalition-strikes-near-al-tanf", "coalition-strikes-near-al-tanf.txt"),
        ("notes/bees", "notes/bees.md"),
    ]
    assert [list(row) for row in run.json] == [["id", "title", "url", "file", "characters", "sentences"]] * 2
    for row in run.json:
        shown = either_home.footnote("show", "--json", row["id"]).json
        assert list(shown) == ["id", "title", "url", "file", "characters", "sentences", "text"]
        assert shown["characters"] == len(shown["text"]) == row["characters"]
        assert len(shown["sentences"]) == row["sentences"]
    plain = either_home.footnote("articles").out
    assert "notes/bees\n    How bees keep warm, 3 sentences\n    https://example.org/bees\n" in plain


@pytest.mark.slow
def test_show_numbers_the_sentences(either_home: Home) -> None:
    shown = either_home.footnote("show", "--json", "notes/bees").json
    lines = either_home.footnote("show", "notes/bees").out.splitlines()
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


@pytest.mark.slow
def test_around_limits_what_is_shown_and_the_json_alike(home: Home) -> None:
    sentences = [f"Bee number {number} flies north." for number in range(1, 31)]
    (home.corpus / "many.txt").write_text("\n\n".join(sentences))
    all_of_it = home.footnote("show", "many", "--json").json
    shown = home.footnote("show", "many", "--around", "12", "--json").json
    assert (shown["first"], len(shown["sentences"])) == (7, 11)
    assert shown["sentences"] == all_of_it["sentences"][6:17]
    assert shown["text"] == all_of_it["text"], "the places of the sentences count in it"
    lines = home.footnote("show", "many", "--around", "12").out.splitlines()
    assert lines[-11:] == [f"{number:>2}  {sentences[number - 1]}" for number in range(7, 18)]
    last = home.footnote("show", "many", "--around", "99", "--json").json
    assert last["sentences"] == all_of_it["sentences"][24:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("tab\there", "tab\\there"),
        ("new\nline", "new\\nline"),
        ("bell\x07 and \x1b[31m", "bell\\x07 and \\x1b[31m"),
        ("un\u200bseen\u202e", "un\\u200bseen\\u202e"),
    ],
)
def test_an_article_is_shown_by_its_name_as_listings_print_it(home: Home, name: str, escaped: str) -> None:
    (home.corpus / f"{name}.txt").write_text("Wasps build with paper.")
    (home.corpus / f"{name}.png").write_bytes(b"\x89PNG")
    (home.corpus / f"{name}.pdf").write_bytes(b"no PDF")
    run = home.footnote("index")
    assert f"skipped {escaped}.pdf: " in run.err
    assert escaped in home.footnote("articles").out.splitlines()
    for called in (escaped, f"{escaped}.txt", name):
        shown = home.footnote("show", called)
        assert (shown.code, f"\n{escaped}.txt\n" in shown.out) == (0, True), shown
    assert home.footnote("show", escaped, "--json").json["id"] == name
    assert home.footnote("ask", "--article", escaped, "What do wasps build with?").code == 0


def test_a_rebuild_says_how_many_articles_were_rebuilt(either_own_home: Home) -> None:
    assert either_own_home.footnote("index", "--rebuild").out == "0 added, 0 updated, 0 removed, 2 rebuilt\n"
