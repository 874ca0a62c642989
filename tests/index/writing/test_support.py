"""The support model that ships, with the reader of a library or with its own."""

from index.models.span_model import SpanModel
from index.reading.reader_choice import own_reader_folder
from index.writing.support import load_support_model

PAIR = ("It is open on Mondays.", "Hall\nThe hall is open from Monday to Friday.")


def test_it_shares_the_reader_that_it_was_trained_for() -> None:
    reader = SpanModel.load(own_reader_folder())
    assert load_support_model(reader).scores([PAIR]) == load_support_model().scores([PAIR])
