"""Examples with some words exchanged for like ones, for a teacher to mark anew.

Data augmentation for distillation (Jiao et al. 2020, TinyBERT, section 3.2), here with the nearest of the
encoder's own vectors. A changed question or text may be answered or not, by the same words or others: only
the larger model says.
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
"""Words of which one is drawn to stand for another."""
_CONTINUES = "##"
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Substitutes:
    """For each id of the vocabulary those of like words, [vocabulary, NEAREST]; its own where it has none.

    `continues` says which tokens go on with a word that others began, [vocabulary].
    """

    near: Rows
    continues: NDArray[np.bool_]

    @classmethod
    def of(cls, encoder: Path) -> Self:
        """Find the like words of an encoder's vocabulary; words of several tokens have none.

        Raises ValueError as `word_vectors` does, and where it has not two words.
        """
        vocabulary = Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab()
        tokens = sorted(vocabulary, key=vocabulary.__getitem__)
        every = word_vectors(encoder)
        words = np.flatnonzero([token.isalnum() and len(token) > 1 for token in tokens])
        if len(words) < 2:
            raise ValueError(f"{encoder}: its vocabulary holds no two words")
        vectors = every[words]
        vectors -= vectors.mean(0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)
        near = np.tile(np.arange(len(tokens))[:, None], NEAREST)
        count = min(NEAREST, len(words) - 1)
        for start in range(0, len(words), _BLOCK):
            cosines = vectors[start : start + _BLOCK] @ vectors.T
            cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -np.inf  # itself
            nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
            near[words[start : start + _BLOCK], :count] = words[nearest]
        return cls(near, np.array([token.startswith(_CONTINUES) for token in tokens]))

    def changed(self, batch: Batch, share: float, most: float, source: np.random.Generator) -> Batch:
        """Return the batch with words exchanged in a `share` of its examples; these are then unmarked.

        `most` is the largest share of an example's words; each draws its own, from 0 on.
        """
        chosen = source.random(len(batch.ids)) < share
        rates = np.where(chosen, source.random(len(batch.ids)) * most, 0.0)
        alone = ~np.concatenate([self.continues[batch.ids[:, 1:]], np.zeros((len(chosen), 1), bool)], axis=1)
        places = alone & (source.random(batch.ids.shape) < rates[:, None])
        drawn = self.near[batch.ids, source.integers(NEAREST, size=batch.ids.shape)]
        ids = np.where(places, drawn, batch.ids)
        changed = (ids != batch.ids).any(axis=1)
        starts, ends = (np.where(changed, UNMARKED, marked) for marked in (batch.starts, batch.ends))
        return replace(batch, ids=ids, starts=starts, ends=ends)


def with_substitutes(
    batches: Sequence[Batch], encoder: Path, share: float, most: float, seed: int
) -> list[Batch]:
    """Return batches in the encoder's vocabulary, changed by `Substitutes`."""
    substitutes, source = Substitutes.of(encoder), np.random.default_rng(seed)
    return [substitutes.changed(batch, share, most, source) for batch in batches]
