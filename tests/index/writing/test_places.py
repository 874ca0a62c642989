"""A sentence that exchanges two names or numbers of its source is told from one in other words."""

from index.writing.places import MOST_PLACES, exchanges
from tests.support.tables import each_row

SOURCES = [
    "On Tuesday the mayor of Bergen briefed the Oslo council, and Vik, Anna Dahl’s deputy, lost to Berg.",
    "The club has 12 adults and 30 children, and it lost $93 million in the year through June.",
    "Haugen met Lie.",
    "Moss and Ruud, but not Holm, were paid; Ruud is Norway's best skater.",
]


@each_row(
    "text",
    [
        "On Tuesday the mayor of Oslo briefed the Bergen council.",
        "The mayor of Oslo briefed the Bergen council on Tuesday.",
        "The club has 30 adults and 12 children.",
        "Lie met Haugen.",
        "HOLM and Ruud, but not MOSS, were paid.",
    ],
)
def test_two_that_stand_in_each_others_place_are_exchanged(text: str) -> None:
    assert exchanges(text, SOURCES)


@each_row(
    "text",
    [
        *SOURCES,
        "The mayor of Bergen briefed the Oslo council on Tuesday.",
        "The Oslo council was briefed by the mayor of Bergen.",
        "Vik lost to Berg.",
        "Berg won against Vik, the deputy of Anna Dahl.",
        "There are 30 children and 12 adults.",
        "Lie was met by Haugen.",
        "Ruud and Moss were paid, but not Holm.",  # the same of both
        "Norway's best skater is Ruud.",
        "Oslo.",
        "",
    ],
)
def test_other_words_and_another_order_exchange_nothing(text: str) -> None:
    assert not exchanges(text, SOURCES)


def test_what_another_source_says_so_is_not_exchanged() -> None:
    assert exchanges("Oslo beat Bergen.", ["Bergen beat Oslo."])
    assert not exchanges("Oslo beat Bergen.", ["Bergen beat Oslo.", "In May, Oslo beat Bergen at home."])
    assert not exchanges("Oslo beat Bergen.", [])


def test_a_long_row_is_not_compared() -> None:
    def row(count: int) -> str:
        return " ".join(f"A{number} met B{number} at" for number in range(count))

    assert exchanges("B7 met A7 at", [row(MOST_PLACES // 2)])
    assert not exchanges("B7 met A7 at", [row(MOST_PLACES // 2 + 1)])
