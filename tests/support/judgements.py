"""Judgements of answers, and the people who made them."""

from dataclasses import replace

from bot.feedback.store import Judgement

SENTENCE = "The centre of the cluster is kept at about 35 degrees Celsius."
RIGHT = Judgement(
    right=True,
    question="How warm is the cluster?",
    answer="35 degrees Celsius",
    index="0123abcd",
    article="notes/bees",
    sentence=SENTENCE,
)
WRONG = replace(RIGHT, right=False)
DECLINED = Judgement(right=True, question="What is the price of bitcoin?", answer=None, index="0123abcd")
ANN, BOB = 111222333444555666, 777888999000111222
