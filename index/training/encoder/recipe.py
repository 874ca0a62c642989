"""How the encoder is trained; written beside its checkpoints, so that none continues with another recipe."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncoderRecipe:
    """How an encoder is trained further on questions and answers."""

    start: str = ""
    """Fingerprint of the encoder that the training starts from."""
    titles: int = 4000
    """Questions in people's own words and of SQuAD 2.0's articles, drawn from all of them."""
    lessons: int = 600
    """Questions of SQuADShifts."""
    single_sentences: int = 200
    """Questions of QAMR, each about one sentence."""
    rounds: int = 2
    """Rounds through all these questions and those of the libraries."""
    batch: int = 32
    """Questions of a batch; the texts of all others in it count as wrong."""
    rate: float = 4e-5
    """Highest learning rate; it rises in the first tenth of the steps and falls to zero."""
    tokens: int = 64
    """Tokens of a text that are read in training; in use it reads as many as the model can."""
    scale: float = 20.0
    """What cosines are multiplied with before the softmax."""
    save_every: int = 50
    seed: int = 0
