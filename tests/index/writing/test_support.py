"""The support model that ships, with the reader that it was trained for."""

from index.writing.support import load_support_model, support_folder


def test_it_is_loaded_with_the_reader_that_ships() -> None:
    model = load_support_model()
    pair = ("It is open on Mondays.", "Hall\nThe hall is open from Monday to Friday.")
    assert 0 < model.threshold < 1
    assert model.scores([pair]) == load_support_model().scores([pair])
    assert (support_folder() / "MODEL_CARD.md").is_file()
