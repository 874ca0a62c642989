"""The two kinds of numpy arrays that pass between modules; a docstring gives their shape."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
"""Rows of sentences, passages or articles in the index."""
