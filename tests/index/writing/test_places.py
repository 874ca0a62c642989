"""A sentence that exchanges two names or numbers of its source is told from one in other words."""

from index.writing.places import MOST_PLACES, exchanges
from tests.support.tables import each_row

SOURCES = [
    "On Tuesday the mayor of Bergen briefed the Oslo council, and Vik, Anna Dahl’s deputy, lost to Berg.",
    "The club has 12 adults and 30 children, and it lost $93 million in the year through June.",
    "Haugen met Lie.",
    "Moss and Ruud, but not Holm, were paid; Ruud is Norway's best skater.",
    "Mix 200 g of flour with 50 g of sugar.",
    "Ask Ida of Molde and Per of Bodø, or Tromsø's cook Liv and Narvik's cook Tor.",
    "Anna won gold, Nils won silver.",
]


@each_row(
    "text",
    [
        "On Tuesday the mayor of Oslo briefed the Bergen council.",
        "The club has 30 adults and 12 children.",
        "HOLM and Ruud, but not MOSS, were paid.",
        "Mix 50 g of flour with 200 g of sugar.",
        "Ask Ida of Bodø and Per of Molde.",
        "Nils won gold, Anna won silver.",
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
        "Lie met Haugen.",  # as true as what the source says
        "Ruud and Moss were paid, but not Holm.",  # the same of both
        "Norway's best skater is Ruud.",
        "Mix 50 g of sugar with 200 g of flour.",
        "Nils won silver, and Anna won gold.",
        "Ask Per of Bodø and Ida of Molde.",
        "Ask Narvik's cook Tor and Tromsø's cook Liv.",
        "Oslo.",
        "",
    ],
)
def test_other_words_and_another_order_exchange_nothing(text: str) -> None:
    assert not exchanges(text, SOURCES)


@each_row(
    "source, text",
    [
        ("The flood killed 12 in Oslo and 30 in Bergen.", "The flood killed 30 in Bergen and 12 in Oslo."),
        ("He saw Oslo in May and Bergen in June.", "He saw Bergen in June and Oslo in May."),
        ("Norway won 5 medals in 2010 and 7 in 2014.", "In 2014 Norway won 7 medals, and 5 in 2010."),
        ("Water boils at 100 and freezes at 0.", "Water freezes at 0 and boils at 100."),
        ("It rained 5 mm in May, 7 mm in June.", "In June it rained 7 mm, in May 5 mm."),
        ("Sales rose from 5 in 2010 to 7 in 2011.", "Sales were 7 in 2011, compared with 5 in 2010."),
        (
            "Its offices are in Oslo, Norway, and Lund, Sweden.",
            "Its offices are in Lund, Sweden, and Oslo, Norway.",
        ),
        ("Monday to Friday and Saturday to Sunday.", "Saturday to Sunday and Monday to Friday."),
        ("Norway shares a border with Sweden.", "Sweden shares a border with Norway."),
        ("The distance from Oslo to Bergen is long.", "The distance from Bergen to Oslo is long."),
    ],
)
def test_what_moves_together_says_the_same(source: str, text: str) -> None:
    assert not exchanges(text, [source])


@each_row(
    "source, text",
    [
        ("The flood killed 12 in Oslo and 30 in Bergen.", "The flood killed 30 in Oslo and 12 in Bergen."),
        ("He saw Oslo in May and Bergen in June.", "He saw Bergen in May and Oslo in June."),
        ("Norway won 5 medals in 2010 and 7 in 2014.", "Norway won 7 medals in 2010 and 5 in 2014."),
        ("Water boils at 100 and freezes at 0.", "Water boils at 0 and freezes at 100."),
        ("He flew from Oslo to Bergen.", "He flew from Bergen to Oslo."),
    ],
)
def test_what_does_not_move_together_says_another_thing(source: str, text: str) -> None:
    assert exchanges(text, [source])


def test_what_another_source_says_so_is_not_exchanged() -> None:
    assert exchanges("Oslo beat Bergen.", ["Bergen beat Oslo."])
    assert not exchanges("Oslo beat Bergen.", ["Bergen beat Oslo.", "In May, Oslo beat Bergen at home."])
    assert not exchanges("Oslo beat Bergen.", [])


def test_a_long_row_is_not_compared() -> None:
    def row(count: int) -> str:
        return " ".join(f"A{number} beat B{number} at" for number in range(count))

    assert exchanges("B7 beat A7 at", [row(MOST_PLACES // 2)])
    assert not exchanges("B7 beat A7 at", [row(MOST_PLACES // 2 + 1)])
