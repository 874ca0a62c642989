"""Sentences of a reply with their numbers, however models write them and the reply is cut in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from index.writing.sentence_citations import SentenceStream
from tests.support.tables import each_row

Cited = list[tuple[str, tuple[int, ...]]]


def parse(reply: str, size: int = 0, given: tuple[int, ...] = (1, 2, 3)) -> Cited:
    stream = SentenceStream(given)
    found = []
    for at in range(0, len(reply), size or max(1, len(reply))):
        found += stream.feed(reply[at : at + (size or len(reply))])
    return [(sentence.text, sentence.numbers) for sentence in [*found, *stream.finish()]]


RED, LONG = ("The bridge is red.", (1,)), ("It is long.", (2, 3))


@each_row(
    "reply",
    [
        "The bridge is red [1]. It is long [2][3].",
        "The bridge is red.[1] It is long.[2] [3]",
        "The bridge is red. [1] It is long. [2, 3]",
        "The bridge is red [1] . It is long [2 and 3].",
        "The bridge is red (1). It is long (2, 3).",
        "The bridge is red. (1) It is long. (2) (3)",
        "The bridge is red【1】. It is long【2†source】【3】.",
        "The bridge is red [Sentence 1]. It is long [sources 2, 3].",
        "The bridge is red [#1]. It is long [2-3].",
        "The bridge is red.¹ It is long.²[3]",
        "[1] The bridge is red. [2][3] It is long.",
        "- The bridge is red [1].\n- It is long [2][3].",
        "1. The bridge is red [1].\n2. It is long [2; 3].\n",
        "**The bridge** is red [1].\n\nIt is `long` [2], [3].",
        "Answer: The bridge is red [1]. It is long [2][3].",
        "Yes, the bridge is red [1]. It is long [3][2].",
        "No. The bridge is red [1]. It is long [2][3][2].",
        "<think>Hm. [9]\nLong?</think>\nThe bridge is red [1]. It is long [2][3].",
        "The bridge is red [1]. It is long [2][3]. It is also",
        "The bridge is red [1]. It is long [2][3]",
    ],
)
def test_numbers_are_read_however_they_are_written(reply: str) -> None:
    assert parse(reply) == [RED, LONG]


@each_row(
    "reply, expected",
    [
        ("It broke at 5 p.m. Eastern time [1].", [("It broke at 5 p.m. Eastern time.", (1,))]),
        ("It has (2) towers and opened (1990) [1].", [("It has (2) towers and opened (1990).", (1,))]),
        ("It costs (9) [1].", [("It costs (9).", (1,))]),  # not a number that was given
        ("It is red [9].", [("It is red.", (9,))]),
        ("It is red.", [("It is red.", ())]),
        ('He says "It is red." [1] It is [2]!', [('He says "It is red."', (1,)), ("It is!", (2,))]),
        ("Is it red [1]? Yes [2].", [("Is it red?", (1,)), ("Yes.", (2,))]),
        ("", []),
        ("   \n\n ", []),
        ("<think>for ever and ever", []),
        ("<b>It</b> is red [1].", [("<b>It</b> is red.", (1,))]),
        ("The bridge is", []),
        ("Ça va bien [1]. C'est tout [2].", [("Ça va bien.", (1,)), ("C'est tout.", (2,))]),
        ("It is red [1-500].", [("It is red.", (1, 500))]),
    ],
)
def test_what_is_no_number_of_ours_stays(reply: str, expected: Cited) -> None:
    assert parse(reply) == expected


def test_what_is_too_long_for_a_sentence_is_none() -> None:
    long = "The bridge is red and " * 60
    assert parse(f"It is long [1]. {long} long [1]. It is red [2].") == [
        ("It is long.", (1,)),
        ("It is red.", (2,)),
    ]


def test_a_sentence_comes_as_soon_as_the_next_has_begun() -> None:
    stream = SentenceStream((1, 2))
    assert stream.feed("The bridge is red. ") == []
    assert stream.feed("[1] ") == []  # a number may follow, and did
    (first,) = stream.feed("It is long ")
    assert (first.text, first.numbers) == ("The bridge is red.", (1,))
    assert stream.feed("[2]") == []
    (second,) = stream.feed(".\n")
    assert (second.text, second.numbers) == ("It is long.", (2,))
    assert stream.finish() == []


PIECES = st.sampled_from(
    [
        "It is red",
        "the U.S. ",
        "5 p.m. ",
        "[1]",
        "[2, 3]",
        "(1)",
        ". ",
        ".",
        "\n",
        " ",
        "- ",
        "Then it",
        "…",
        "<think>",
        "</think>",
        "¹",
        "[",
        "1",
        "]",
        "**",
        '"',
        "No, ",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(1, 9))
def test_how_the_reply_is_cut_in_pieces_does_not_matter(reply: str, size: int) -> None:
    assert parse(reply) == parse(reply, size)
