"""How the support model is trained."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SupportRecipe:
    """How the support model is trained on statements, from the upper layers of the reader."""

    below: int = 6
    """Layers of the reader that stay as they are; those above are copied and learnt."""
    rounds: int = 2
    """Rounds through all statements."""
    tokens: int = 1536
    """Tokens of a batch, padding counted: about 20 statements, each with its text."""
    rate: float = 6e-5
    """Highest learning rate; it rises in the first 40 steps and falls to zero in the last half."""
    head_rate: float = 4.0
    """How many times as fast the head learns, which is new."""
    warm_up: int = 40
    decay: float = 0.01
    dropout: float = 0.1
    """Dropout before the head."""
    seed: int = 1
    precision: float = 0.955
    """Share of the statements above the threshold that their texts support, among those held out."""
    supported: float = 0.8
    """Share of what a language model writes that its sentences support, as the threshold assumes."""
    held_out: int = 10
    """One article in so many is held out for the threshold."""
