"""The questions that weights are fitted on: kinds, turns, and how they are typed."""

from index.training.datasets.training_libraries import CHAT, Segmenter, TrainingLibrary
from index.training.weights.questions import posed_questions, unrelated_texts
from tests.support.word_vectors import word_vector

STRANGERS = ["how do i bake bread"]
PARAGRAPHS = [(f"Bridge {number} is red. It is old.", [(f"What is {number}?", [0])]) for number in range(6)]


def library() -> TrainingLibrary:
    segmenter = Segmenter(len, 1_000)
    unanswerable = ("Ships pass.", [("Who paid?", [])])
    articles = [
        segmenter.segment("a", "A", PARAGRAPHS),
        segmenter.segment("b", "B", [("Towers are high.", [("What is high?", [0])]), unanswerable]),
    ]
    texts = [text for article in articles for text in article.texts_to_embed()]
    return TrainingLibrary.build(articles, {text: word_vector(text) for text in texts})


def test_questions_of_each_kind_are_posed() -> None:
    posed = list(posed_questions(library(), "group", STRANGERS, 3, alternate=False))
    kinds = [question.kind for question in posed]
    assert kinds == [
        *["answerable"] * 7,
        "unanswerable",
        "elsewhere",
        *["chat"] * (len(CHAT) + 3),
    ]
    assert [bool(question.gold) for question in posed] == [kind == "answerable" for kind in kinds]
    assert [question.group for question in posed[5:9]] == ["group 0", "group 1", "group 1", "group"]
    assert [question.article for question in posed[5:9]] == [0, 1, 1, None]
    assert posed[6].gold == {12}  # behind the twelve sentences of the first article


def test_every_third_question_is_typed_in_a_hurry() -> None:
    posed = list(posed_questions(library(), "group", (), 0, alternate=False))[:8]
    assert [question.text[0].islower() for question in posed] == [number % 3 == 0 for number in range(8)]


def test_every_second_question_is_about_the_whole_library_on_request() -> None:
    posed = list(posed_questions(library(), "group", (), 0, alternate=True))[:8]
    assert [question.article for question in posed] == [0, None, 0, None, 0, None, 1, None]


def test_unrelated_texts_are_all_that_is_posed_beside_the_questions() -> None:
    posed = list(posed_questions(library(), "group", STRANGERS, 3, alternate=True))[8:]
    assert [question.text for question in posed] == unrelated_texts(STRANGERS, 3)
