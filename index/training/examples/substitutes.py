"""Data augmentation for distillation: examples with some words replaced by similar ones.

After Jiao et al. 2020, TinyBERT, section 3.2, here with the encoder's own vectors. A changed question may be
answered or not, by the same words or others: only the teacher says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.arrays import Rows
from index.training.examples.batches import UNMARKED, Batch
from index.training.examples.names_and_numbers import word_vectors

NEAREST = 12
"""Words from which the substitute of another is drawn."""
_CONTINUES = "##"
"""What the tokens begin with that continue a word."""


@dataclass(frozen=True, slots=True)
class Substitutes:
    """For each id of the vocabulary those of similar words, [vocabulary, NEAREST]; its own if it has none.

    `continues` says which tokens continue a word that others began, [vocabulary].
    """

    near: Rows
    continues: NDArray[np.bool_]

    @classmethod
    def of(cls, encoder: Path, block: int = 1024) -> Self:
        """Find the similar words of an encoder's vocabulary, for `block` words at a time.

        Words of several tokens have none. Raises ValueError as `word_vectors` does, and if the vocabulary has
        fewer than two words.
        """
        vocabulary = Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab()
        tokens = sorted(vocabulary, key=vocabulary.__getitem__)
        all_vectors = word_vectors(encoder)
        words = np.flatnonzero([token.isalnum() and len(token) > 1 for token in tokens])
        if len(words) < 2:
            raise ValueError(f"{encoder}: its vocabulary holds no two words")
        vectors = all_vectors[words]
        vectors -= vectors.mean(0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)
        near = np.tile(np.arange(len(tokens))[:, None], NEAREST)
        count = min(NEAREST, len(words) - 1)
        for start in range(0, len(words), block):
            cosines = vectors[start : start + block] @ vectors.T
            cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -np.inf  # itself
            nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
            near[words[start : start + block], :count] = words[nearest]
        return cls(near, np.array([token.startswith(_CONTINUES) for token in tokens]))

    def replace_words(
        self, batch: Batch, share: float, max_words: float, source: np.random.Generator
    ) -> Batch:
        """Return the batch with words replaced in a `share` of its examples, whose answers are then unmarked.

        Each example draws which share of its words is replaced, from 0 to `max_words`.
        """
        chosen = source.random(len(batch.ids)) < share
        rates = np.where(chosen, source.random(len(batch.ids)) * max_words, 0.0)
        whole = ~np.concatenate([self.continues[batch.ids[:, 1:]], np.zeros((len(chosen), 1), bool)], axis=1)
        places = whole & (source.random(batch.ids.shape) < rates[:, None])
        drawn = self.near[batch.ids, source.integers(NEAREST, size=batch.ids.shape)]
        ids = np.where(places, drawn, batch.ids)
        changed = (ids != batch.ids).any(axis=1)
        starts, ends = (np.where(changed, UNMARKED, marked) for marked in (batch.starts, batch.ends))
        return replace(batch, ids=ids, starts=starts, ends=ends)


def with_substitutes(
    batches: Sequence[Batch], encoder: Path, share: float, max_words: float, seed: int
) -> list[Batch]:
    """Return batches in the encoder's vocabulary with words replaced; see `Substitutes.replace_words`."""
    substitutes, source = Substitutes.of(encoder), np.random.default_rng(seed)
    return [substitutes.replace_words(batch, share, max_words, source) for batch in batches]
