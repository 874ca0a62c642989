import json
import signal
import subprocess
from typing import Any

import pytest

from bot.terminal.batch import LONGEST_LINE, BadLine, BatchQuestion, parse_line
from tests.support.homes import Home
from tests.support.tables import each_row

GOOD = {"id": "a", "question": "Who confirmed the strike?"}


def line(**values: Any) -> bytes:
    return json.dumps(GOOD | values).encode()


@pytest.mark.parametrize("identity", ["a", "", "é\n", 7, -1.5, 10**30])
def test_an_id_is_any_string_or_number(identity: Any) -> None:
    assert parse_line(1, line(id=identity)) == BatchQuestion(
        id=identity, question="Who confirmed the strike?"
    )


@each_row(
    "data, identity, words",
    [
        (b"{", None, "line 3: not JSON"),
        (b"[" * 100_000, None, "line 3: not JSON"),
        (b'{"id": 1' + b"0" * 5000 + b"}", None, "line 3: not JSON"),
        (b'{"id": NaN, "question": "x"}', None, "line 3: not JSON"),
        (b'\xff{"id": 1, "question": "x"}', None, "line 3: not UTF-8"),
        (b'\xef\xbb\xbf{"id": 1, "question": "x"}', None, "line 3: not JSON"),
        (b"[1]", None, "line 3: not an object"),
        (b'"id"', None, "line 3: not an object"),
        (b'{"question": "x"}', None, '"id" must be a string or a number'),
        (line(id=None), None, '"id" must be a string or a number'),
        (line(id=True), None, '"id" must be a string or a number'),
        (line(id=[1]), None, '"id" must be a string or a number'),
        (b'{"id": 1e999, "question": "x"}', None, '"id" must be a string or a number'),
        (b'{"id": 4}', 4, '"question" must be a string'),
        (line(question=5), "a", '"question" must be a string'),
        (line(article=5), "a", '"article" must be a string'),
        (line(question="half \ud800"), "a", "half a surrogate pair"),
        (line(article="\udc00"), "a", "half a surrogate pair"),
        (line(article=""), "a", '"article" must be a string that is not empty'),
        (line(articel="b"), "a", '"articel" is an unknown key (known: id, question, article)'),
        (None, None, f"longer than {LONGEST_LINE} bytes"),
    ],
)
def test_a_bad_line_is_an_error_with_its_id(data: bytes | None, identity: Any, words: str) -> None:
    found = parse_line(3, data)
    assert isinstance(found, BadLine)
    assert found.id == identity
    assert words in found.error


def test_the_first_line_may_start_with_a_byte_order_mark() -> None:
    assert parse_line(1, b"\xef\xbb\xbf" + line()) == BatchQuestion(
        id="a", question="Who confirmed the strike?"
    )


@pytest.mark.slow
def test_answers_come_in_order_and_bad_lines_do_not_stop_them(either_home: Home) -> None:
    lines = [
        line(id=1),
        b"",
        b"not json",
        line(id="two", question="  \u200b "),
        line(id=3.5, article="notes/beez"),
        b"x" * (LONGEST_LINE + 100),
        line(id=[]),
        line(id="last", question="How warm is the centre of the cluster?", article="notes/bees"),
    ]
    run = either_home.footnote("ask", "--batch", "-", stdin=b"\n".join(lines))
    assert run.code == 1, run.err
    found = [json.loads(text) for text in run.out.splitlines()]
    assert [row["id"] for row in found] == [1, None, "two", 3.5, None, None, "last"]
    assert found[0]["citations"][0]["article"]["id"] == "coalition-strikes-near-al-tanf"
    assert [set(row) for row in found[1:6]] == [{"id", "error"}] * 5
    assert "line 4" in found[2]["error"]
    assert "empty" in found[2]["error"]
    assert "line 5" in found[3]["error"]
    assert "notes/bees" in found[3]["error"]
    assert {citation["article"]["id"] for citation in found[-1]["citations"]} == {"notes/bees"}


@pytest.mark.slow
def test_a_batch_answers_as_single_questions_do(either_home: Home) -> None:
    single = either_home.footnote("ask", "--json", "--top-k", "2", GOOD["question"]).json
    run = either_home.footnote("ask", "--top-k", "2", "--batch", "-", stdin=line())
    assert run.code == 0
    batched = json.loads(run.out)
    assert batched.pop("id") == "a"
    assert {**batched, "elapsed_ms": 0} == {**single, "elapsed_ms": 0}


@pytest.mark.slow
def test_the_option_narrows_lines_that_name_no_article(built_home: Home) -> None:
    own = line(id=2, article="coalition-strikes-near-al-tanf")
    run = built_home.footnote("ask", "--article", "notes/bees", "--batch", "-", stdin=line() + b"\n" + own)
    articles = [json.loads(text)["citations"][0]["article"]["id"] for text in run.out.splitlines()]
    assert articles == ["notes/bees", "coalition-strikes-near-al-tanf"]


@pytest.mark.slow
def test_an_unknown_article_for_all_lines_fails_at_once(built_home: Home) -> None:
    run = built_home.footnote("ask", "--article", "notes/beez", "--batch", "-", stdin=line())
    assert (run.code, run.out) == (1, "")
    assert "notes/bees" in run.err


@pytest.mark.slow
def test_a_pipe_flows_and_ctrl_c_ends_it(built_home: Home) -> None:
    process = built_home.start(
        "ask", "--batch", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    for number in (1, 2):
        process.stdin.write(line(id=number) + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == number  # while stdin stays open
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert process.stdout.read() == b""
    assert process.stderr.read() == b"error: interrupted\n"
