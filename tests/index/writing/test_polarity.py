"""What a text denies, and which of two opposites it says."""

from index.writing.polarity import denies_otherwise, polarity, says_opposite
from tests.support.tables import each_row

NOTHING = polarity("")


@each_row(
    "statement, source, otherwise",
    [
        ("The strike did not kill civilians.", "The strike killed civilians.", True),
        ("The strike killed civilians.", "The strike did not kill civilians.", True),
        ("The strike did not kill civilians.", "The strike killed no civilians.", False),
        ("The strike killed civilians.", "The strike killed no civilians.", True),
        ("No lorries may cross.", "Lorries may not cross it.", False),
        ("Lorries may cross it.", "No lorries may cross it.", True),
        ("Lorries may cross it.", "Lorries never cross it.", True),
        ("The engine doesn’t start.", "The engine will not start.", False),
        ("The engine starts.", "The engine won't start.", True),
        ("It was built in 2001.", "It was not built in 1990 but in 2001.", False),
        ("It is clear that it was built.", "It is not clear whether it was built.", True),
        ("It was built.", "It is not clear whether it was built.", False),
        ("Nobody was hurt.", "No one was injured.", False),
        ("They did not leave.", "They refused to leave.", False),
        ("They left by boat.", "They left by boat, and not by train.", False),
        ("Dogs are not allowed.", "Dogs are forbidden.", False),  # denied in other words
        ("Nobody has to leave.", "Nobody has to leave, but the road is closed.", False),
        (
            "It was not attacked by those who were not near.",
            "It was attacked by those who were not near.",
            True,
        ),
        ("No one was not hurt.", "No one was hurt.", True),
        ("It is not only red.", "It is red.", False),
        ("It is red, no. 5 on the list.", "It is red, number 5 on the list.", False),
    ],
)
def test_negation_has_to_agree(statement: str, source: str, otherwise: bool) -> None:
    assert denies_otherwise(polarity(statement), polarity(source), NOTHING) is otherwise


def test_what_the_question_denies_may_be_denied() -> None:
    statement, source = (
        polarity("It does not ring since the cable is loose."),
        polarity("The cable is loose."),
    )
    assert denies_otherwise(statement, source, NOTHING)
    assert not denies_otherwise(statement, source, polarity("Why doesn't it ring?"))


@each_row(
    "statement, source, opposite",
    [
        ("It opened after the war.", "It opened before the war.", True),
        ("It opened before the war.", "It opened before the war and closed after it.", False),
        ("More than 60 came.", "Fewer than 60 came.", True),
        ("It came last week.", "It came first, and last week.", False),
        ("It came last, and first week.", "It came last, and last week.", True),
        ("It fell after lunch, after noon.", "It fell before lunch, after noon.", True),
        ("Prices rose.", "Prices fell by half.", True),
        ("Dogs are allowed.", "Dogs are forbidden.", True),
        ("The bridge is red.", "The bridge is long.", False),
    ],
)
def test_an_opposite_is_seen(statement: str, source: str, opposite: bool) -> None:
    assert says_opposite(polarity(statement), polarity(source), NOTHING) is opposite


def test_a_word_of_the_question_is_no_opposite() -> None:
    question = polarity("What happened after the war?")
    assert not says_opposite(
        polarity("After the war it was empty."), polarity("Before 1945 it was open."), question
    )
