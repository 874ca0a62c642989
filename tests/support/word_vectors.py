"""Vectors of texts by their words, where no model is needed."""

import numpy as np

from index.segmentation.search_terms import terms


def word_vector(text: str) -> np.ndarray:
    """Each word falls into one of 16 slots: texts that share words are near each other."""
    slots = np.full(16, 0.1, dtype=np.float32)
    for term in terms(text):
        slots[sum(term.encode()) % 16] += 1
    return slots / np.linalg.norm(slots)
