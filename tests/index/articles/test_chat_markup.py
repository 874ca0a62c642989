"""Markup of Discord's messages: what a chat shows of it."""

import pytest

from index.articles.chat_markup import shown_line, shown_runs
from tests.support.growth import LINEAR, growth


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("**bold** and __under__ and ||spoiler||", "bold and under and spoiler"),
        ("**outer *inner* words**", "outer inner words"),
        ("`a**b**` stays", "a**b** stays"),
        ("2 * 3 * 4 and a_b_c and * item", "2 * 3 * 4 and a_b_c and * item"),
        ("**open", "**open"),
        ("~~struck~~ kept", " kept"),
        ("~~~~ kept", "~~~~ kept"),
        ("<:bee:12> <a:wave:3> <b>", ":bee: :wave: <b>"),
    ],
)
def test_a_line_as_the_chat_shows_it(line: str, shown: str) -> None:
    assert shown_line(line) == shown


def test_lines_code_and_links() -> None:
    runs = list(shown_runs("# Head\n> [**b**](https://fern.example/b) ~~c~~\n```py\nx = '**'\n```end"))
    assert "".join(run.text for run in runs) == "Head\nb \n\nx = '**'\n\nend"
    assert [(run.text, run.address) for run in runs if run.address] == [("b", "https://fern.example/b")]


@pytest.mark.slow
@pytest.mark.parametrize("part", ["*", "_a", "**a", "||", "~~a ", "[a](", "```", "`"])
def test_time_is_linear(part: str) -> None:
    assert growth(lambda text: list(shown_runs(text)), part * 500 + "\n", part * 2_000 + "\n") < LINEAR
