"""How a reader is trained; kept beside its checkpoints, so that none goes on with another recipe."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RECIPE = "recipe.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the reader is trained; its model card says how the run of the one that ships differed."""

    stage: int = 1
    """1: QAMR, then SQuADShifts, from the encoder; 2: SQuADShifts, more on request, from another model."""
    start: str = ""
    """Fingerprint of the model that a second stage starts from."""
    teacher: str = ""
    """Fingerprint of the model to learn from, where there is one."""
    rounds: int = 2
    """Times through SQuADShifts."""
    sentences: bool = False
    """Whether the second stage goes through QAMR too, once in all."""
    cloze: int = 0
    """Most questions that a rule makes about each text of an encyclopedia, in a round of the second stage."""
    selqa: str = ""
    """Part of SelQA that the second stage learns from, where there is one, and the sha256 of the file."""
    selqa_times: int = 4
    """Times that a round sees the questions of SelQA."""
    tokens: int = 6144
    """Tokens of a batch, padding counted: about 40 examples."""
    rate: float = 1.5e-4
    warm_up: float = 0.06
    decay: float = 0.01
    words: bool = False
    """Whether the embeddings of words are learnt too."""
    frozen: int = 0
    """Lowest layers that are not learnt; with any, no embedding is."""
    others: float = 0.5
    """Times that the second stage sees reviews and posts in a round, beside twice the encyclopedia."""
    taught: float = 0.0
    """What the loss against a teacher weighs; the rest is against what people marked."""
    substituted: float = 0.0
    """Share of the examples with some words exchanged, which only the teacher marks."""
    exchanged: float = 0.5
    """Largest share of the words of such an example that are exchanged; each draws its own, from 0 on."""
    average: float = 0.99
    """The model that is kept is a running average of the weights; this is what remains of it in a step."""
    seed: int = 1
    save_every: int = 100
    measure_every: int = 400
    measured: int = 400
    """Held-out questions of the figures on the way."""


SECOND = Recipe(stage=2, rounds=1, rate=1e-4)
TAUGHT = 0.8
"""`Recipe.taught` where there is a teacher."""


def keep_recipe(path: Path, recipe: Recipe) -> None:
    """Write the recipe beside its checkpoints; raise ValueError where they are of another one."""
    wanted = json.dumps(asdict(recipe), indent=2) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") != wanted:
        raise ValueError(f"{path}: another recipe; choose another work folder, or the arguments of that one")
    path.write_text(wanted, encoding="utf-8")
