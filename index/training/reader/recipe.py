"""How a reader is trained; written beside its checkpoints, so that none is continued with another recipe."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RECIPE_FILE = "recipe.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a reader is trained; the model card says how the training of the shipped one differed."""

    stage: int = 1
    """1: QAMR, then SQuADShifts, from the encoder; 2: SQuADShifts from another model; 3: from another model,
    questions in people's own words, with some of the other data."""
    start: str = ""
    """Fingerprint of the model that a second stage starts from."""
    teacher: str = ""
    """Fingerprint of the model to learn from, if there is one."""
    rounds: int = 2
    """Times through SQuADShifts."""
    sentences: bool = True
    """Whether it goes through QAMR, too, once in all."""
    tokens: int = 6144
    """Tokens of a batch, padding counted: about 40 examples."""
    rate: float = 1.5e-4
    """Highest learning rate."""
    warm_up: float = 0.06
    """Share of the steps in which the rate rises."""
    decay: float = 0.01
    word_embeddings: bool = False
    """Whether the embeddings of words are learnt, too."""
    frozen_layers: int = 0
    """Lowest layers that are not learnt; with any, no embedding is."""
    repeated: int = 0
    """Questions of SQuADShifts, and half as many of QAMR, that each round of a third stage goes through."""
    other_domains: float = 0.5
    """Times that the second stage sees reviews and posts in a round, compared to twice for Wikipedia."""
    teacher_weight: float = 0.0
    """Weight of the loss against a teacher; the rest is against what people marked."""
    substituted: float = 0.0
    """Share of the examples in which words are replaced, which only the teacher marks."""
    max_substituted_words: float = 0.5
    """Largest share of the words of such an example that are replaced; each draws its own, from 0 on."""
    average: float = 0.99
    """The model that is kept is a running average of the weights; this is what remains of it in a step."""
    seed: int = 1
    save_every: int = 100
    measure_every: int = 400
    measured_questions: int = 400
    """Held-out questions of the figures in the log."""


RECIPES = {
    "first": Recipe(),
    "second": Recipe(stage=2, sentences=False, rounds=1, rate=1e-4),
    "second-words": Recipe(stage=2, sentences=False, rounds=1, rate=1e-4, word_embeddings=True),
    # Half the usual tokens: twice as many steps, for models that see each example once. The rates are those
    # that do best in what two cores train in an hour, and an hour and a half.
    "teacher": Recipe(
        stage=2, sentences=False, rounds=1, rate=5e-5, other_domains=0.3, frozen_layers=4, tokens=3072, seed=7
    ),
    "student": Recipe(
        stage=2,
        rounds=3,
        rate=1e-4,
        other_domains=0.4,
        tokens=3072,
        teacher_weight=0.8,
        substituted=0.85,
        seed=8,
    ),
    "natural": Recipe(
        stage=3, rounds=2, rate=8e-5, tokens=4096, frozen_layers=1, repeated=1400, save_every=100, seed=3
    ),
}
"""The first stage; the second one, without and with the embeddings of words; a larger model's second stage;
that of a reader which learns from the larger model; and the third one."""


def keep_recipe(path: Path, recipe: Recipe) -> None:
    """Write the recipe beside its checkpoints; raise ValueError if they are of another one."""
    text = json.dumps(asdict(recipe), indent=2) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise ValueError(f"{path}: another recipe; choose another work folder, or the arguments of that one")
    path.write_text(text, encoding="utf-8")
