"""What a written sentence states has to stand in what it cites, or it is struck for that reason."""

from index.writing.claims import MOST_CITED, QuestionWords, SourceWords, cited_sources, strike_reason
from index.writing.sentence_citations import CitedSentence
from index.writing.written_answer import StrikeReason
from tests.support.tables import each_row
from tests.support.written_answers import BRIDGE, citation

SOURCES = [SourceWords.of(citation(number, text)) for number, text in enumerate(BRIDGE, start=1)]
QUESTION = QuestionWords("How long is the bridge?")
TRUE = None


def reason(
    text: str, *numbers: int, question: QuestionWords = QUESTION, sources: list[SourceWords] = SOURCES
) -> StrikeReason | None:
    return strike_reason(CitedSentence(text, numbers), sources, question)


@each_row(
    "text, number",
    [
        ("The red bridge of Oslo is 900 metres long.", 1),
        ("The bridge is 900 m long.", 1),
        ("The Oslo bridge is nine hundred metres long.", 1),
        ("It opened on May 3rd, 1974.", 2),
        ("It was opened in May 1974.", 2),
        ("It was opened on 3 May after the war.", 2),
        ("Steve Townsend says lorries may not cross.", 3),
        ("No lorries may cross it, General Townsend says.", 3),
        ("Lorries are not allowed to cross it.", 3),
        ("The toll is 3.2 million pounds a year.", 4),
        ("Wardens collect a toll; there are seventy-two wardens.", 4),
        ('Townsend says that "no lorries may cross it".', 3),
        ("Its length is 900 metres.", 1),
        ("According to Bridges, the bridge is long.", 1),  # the title of the article
    ],
)
def test_what_the_source_says_in_other_words_passes(text: str, number: int) -> None:
    assert reason(text, number) is TRUE


@each_row(
    "text, number, why",
    [
        ("The red bridge of Bergen is 900 metres long.", 1, StrikeReason.NAME),
        ("The Golden Bridge is 900 metres long.", 1, StrikeReason.NAME),
        ("General Samuel Tucker says that no lorries may cross it.", 3, StrikeReason.NAME),
        ("Obama says that no lorries may cross it.", 3, StrikeReason.NAME),
        ("Steve Townsend, of NATO, says that no lorries may cross it.", 3, StrikeReason.NAME),
        ("The bridge is 800 metres long.", 1, StrikeReason.NUMBER),
        ("The bridge is 900 km long.", 1, StrikeReason.NUMBER),
        ("The toll is £3.2bn a year.", 4, StrikeReason.NUMBER),
        ("The toll is $3.2m a year.", 4, StrikeReason.NUMBER),
        ("The toll is £3.2m a month, which seventy wardens collect.", 4, StrikeReason.NUMBER),
        ("It was opened on 4 May 1974.", 2, StrikeReason.DATE),
        ("It was opened on 3 May 1975.", 2, StrikeReason.DATE),
        ("It was opened in June 1974, after the war.", 2, StrikeReason.NAME),
        ("It was opened in May 1975, after the war.", 2, StrikeReason.NUMBER),
        ('Townsend says that "no lorries must cross it".', 3, StrikeReason.QUOTATION),
        ("Lorries may cross it.", 3, StrikeReason.NEGATION),
        ("The red bridge is not long.", 1, StrikeReason.NEGATION),
        ("It was opened before the war.", 2, StrikeReason.OPPOSITE),
        ("Cheese ripens slowly in cellars.", 1, StrikeReason.WORDS),
        ("You are free.", 1, StrikeReason.WORDS),
        ("Yes.", 1, StrikeReason.WORDS),
        ("Die rote Brücke ist sehr lang.", 1, StrikeReason.WORDS),
        ("Le pont rouge est vraiment long et beau.", 1, StrikeReason.WORDS),
        ("橋は九百メートルです。", 1, StrikeReason.WORDS),
        ("I am a language model and cannot answer that.", 1, StrikeReason.WORDS),
        ("Write at most 4 short sentences of plain text.", 1, StrikeReason.WORDS),
    ],
)
def test_what_the_source_does_not_say_is_struck(text: str, number: int, why: StrikeReason) -> None:
    assert reason(text, number) is why


def test_a_sentence_needs_a_number_that_was_given() -> None:
    assert reason(BRIDGE[0]) is StrikeReason.NO_CITATION
    assert reason(BRIDGE[0], 9) is StrikeReason.UNKNOWN_CITATION
    assert reason(BRIDGE[0], 1, 9) is StrikeReason.UNKNOWN_CITATION
    assert reason(BRIDGE[0], 2) is not None  # it stands in another one


def test_what_is_said_may_stand_in_two_sources_but_a_name_in_one() -> None:
    assert reason("The bridge is 900 metres long and was opened on 3 May 1974.", 1, 2) is TRUE
    assert reason("The bridge is 900 metres long and was opened on 3 May 1974.", 1) is StrikeReason.DATE
    people = [
        SourceWords.of(citation(1, "John Smith paid.")),
        SourceWords.of(citation(2, "Mary Jones paid.")),
    ]
    assert reason("John Smith and Mary Jones paid.", 1, 2, sources=people) is TRUE
    assert reason("John Jones paid.", 1, 2, sources=people) is StrikeReason.NAME


def test_names_and_numbers_keep_their_places() -> None:
    clubs = [SourceWords.of(citation(1, "The club of Oslo has 12 boats, that of Bergen 9."))]
    assert reason("The club of Oslo has 12 boats.", 1, sources=clubs) is TRUE
    assert reason("The club of Oslo has 12 boats, that of Bergen nine.", 1, sources=clubs) is TRUE
    assert (
        reason("The club of Bergen has 12 boats, that of Oslo 9.", 1, sources=clubs) is StrikeReason.EXCHANGE
    )
    assert (
        reason("The club of Oslo has 9 boats, that of Bergen 12.", 1, sources=clubs) is StrikeReason.EXCHANGE
    )


def test_names_and_numbers_of_the_question_and_the_headings_may_be_said() -> None:
    assert reason("The bridge that Ada Byron asks for is long.", 1) is StrikeReason.NAME
    asked = QuestionWords("Which bridge does Ada Byron ask for?")
    assert reason("The bridge that Ada Byron asks for is long.", 1, question=asked) is TRUE
    headed = [SourceWords.of(citation(1, "It is 900 metres long.", "Bridges", ("Norway", "Built in 1974")))]
    assert reason("The bridge in Norway, built in 1974, is 900 metres long.", 1, sources=headed) is TRUE


@each_row(
    "text, source",
    [
        ("The United Nations paid.", "The UN paid for it."),
        ("The UN paid.", "The United Nations paid for it."),
        ("The US paid.", "The U.S. paid for it."),
        ("Syrian troops crossed.", "Troops of Syria crossed."),
        ("Pro-Assad troops crossed.", "Troops loyal to Assad crossed, pro and contra."),
        ("Zoë’s troops crossed.", "The troops of Zoe crossed."),
        ("McDonald's troops crossed.", "Troops of MCDONALD crossed."),
    ],
)
def test_a_name_may_be_written_in_another_way(text: str, source: str) -> None:
    assert reason(text, 1, sources=[SourceWords.of(citation(1, source))]) is TRUE


def test_of_all_numbers_those_count_that_have_what_is_said() -> None:
    everything = CitedSentence("The bridge is 900 metres long and has wardens.", (1, 2, 3, 4))
    assert [source.number for source in cited_sources(everything, SOURCES)] == [1, 4]
    assert strike_reason(everything, SOURCES, QUESTION) is TRUE
    many = [SourceWords.of(citation(number, f"Bridge number {number} has warts.")) for number in range(1, 9)]
    all_of_them = CitedSentence("Bridge number 1 has warts.", tuple(range(1, 9)))
    assert len(cited_sources(all_of_them, many)) <= MOST_CITED
    few = CitedSentence("The bridge is long.", (1, 2, 3))
    assert [source.number for source in cited_sources(few, SOURCES)] == [1, 2, 3]


@each_row(
    "text, stands",
    [
        ("You write to help@bridge.example.", True),
        ("You write to help@evil.example.", False),
        ("You see https://bridge.example/toll for the toll.", True),
        ("You see evil.example/toll for the toll.", False),
        ("You see www.evil.example for the toll.", False),
    ],
)
def test_an_address_has_to_stand_in_a_source(text: str, stands: bool) -> None:
    said = "For the toll, write to help@bridge.example or see https://bridge.example/toll."
    found = reason(text, 1, sources=[SourceWords.of(citation(1, said))])
    assert found is (TRUE if stands else StrikeReason.NAME)


def test_a_lie_is_struck_though_everything_is_cited() -> None:
    assert reason("The bridge is 950 metres long.", 1, 2, 3, 4) is StrikeReason.NUMBER


def test_a_checker_judges_negation_but_of_what_says_a_source_again() -> None:
    echo = CitedSentence("Lorries may cross it, General Steve Townsend says.", (3,))
    again = CitedSentence("General Steve Townsend says that lorries may cross it.", (3,))
    for sentence in (echo, again):
        assert strike_reason(sentence, SOURCES, QUESTION) is StrikeReason.NEGATION
    assert strike_reason(again, SOURCES, QUESTION, judged=True) is StrikeReason.NEGATION
    assert strike_reason(echo, SOURCES, QUESTION, judged=True) is TRUE


@each_row(
    "text, source",
    [
        ("Yes, you may cross it.", "Members may cross it."),
        ("Anyone may cross it by boat.", "Whoever has a boat may cross it."),
        ("Leave the bridge when it rings.", "When it rings, get off the bridge."),
        ("It may be crossed two times.", "It may be crossed twice."),
        ("The two bridges are red.", "The north bridge is red, and the south bridge is red."),
    ],
)
def test_no_name_and_no_number_is_seen_where_none_is(text: str, source: str) -> None:
    assert reason(text, 1, sources=[SourceWords.of(citation(1, source))]) is TRUE
