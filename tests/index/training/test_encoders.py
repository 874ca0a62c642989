"""The encoder of trainings is the exported one, and embeds each text once."""

from pathlib import Path

import numpy as np
import pytest

from index.models.encoder_export import FrameworkEncoder
from index.training.encoders import embed_texts, load_encoder


@pytest.mark.slow
def test_the_export_embeds_each_text_once(tiny_model_folder: Path) -> None:
    reports: list[tuple[str, int, int]] = []
    texts = ["a b", "c", "a b"]
    vectors = embed_texts(
        load_encoder(str(tiny_model_folder)), texts, lambda *report: reports.append(report), "embed it"
    )
    assert list(vectors) == ["a b", "c"]
    framework = FrameworkEncoder.load(tiny_model_folder).embed(texts[:2], lambda *_: None)
    assert np.allclose(np.stack(list(vectors.values())), framework, atol=1e-5)
    assert reports[-1] == ("embed it", 2, 2)
