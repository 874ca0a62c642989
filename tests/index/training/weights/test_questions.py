"""The questions that weights are fitted on: kinds, turns, and how they are typed."""

from index.training.datasets.training_libraries import CHAT, SegmentedArticle, Segmenter, TrainingLibrary
from index.training.weights.questions import posed_questions, strangers_to_each, thinned, unrelated_texts
from tests.support.word_vectors import word_vector

STRANGERS = ["how do i bake bread"]
PARAGRAPHS = [(f"Bridge {number} is red. It is old.", [(f"What is {number}?", [0])]) for number in range(6)]


def two_articles() -> list[SegmentedArticle]:
    segmenter = Segmenter(len, 1_000)
    unanswerable = ("Ships pass.", [("Who paid?", [])])
    return [
        segmenter.segment("a", "A", PARAGRAPHS),
        segmenter.segment("b", "B", [("Towers are high.", [("What is high?", [0])]), unanswerable]),
    ]


def library() -> TrainingLibrary:
    articles = two_articles()
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


def test_questions_are_drawn_from_all_articles_alike_and_in_their_order() -> None:
    articles = two_articles()
    drawn = thinned(articles, 5)
    assert [article.article for article in drawn] == [article.article for article in articles]
    assert sum(len(article.questions) for article in drawn) == 5
    for article, few in zip(articles, drawn, strict=True):
        assert few.questions == [question for question in article.questions if question in few.questions]
    assert drawn == thinned(articles, 5)
    assert thinned(articles, 100) == articles


def test_each_library_is_asked_questions_of_the_others_and_about_other_things() -> None:
    bridges, towers = two_articles()
    of_bridges, of_towers = ({question.text for question in each.questions} for each in (bridges, towers))
    others = [f"what is {number} times {number}" for number in range(9)]
    asked = strangers_to_each([[bridges], [towers]], others, 4)
    for texts, foreign in zip(asked, (of_towers, of_bridges), strict=True):
        assert len(texts) == 4
        assert len(foreign.intersection(texts)) == 2 and len(set(others).intersection(texts)) == 2
    assert strangers_to_each([[bridges]], others, 4)[0] == strangers_to_each([[bridges]], others, 4)[0]
    assert set(strangers_to_each([[bridges]], others, 4)[0]) < set(others)  # there is no other library
