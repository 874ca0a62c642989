"""The export keeps what a model's own configuration says, or refuses in words."""

import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.errors import ModelDamagedError
from index.models.encoder import Encoder
from index.models.encoder_export import FrameworkEncoder
from tests.support.tiny_encoder import save_tiny_model

TEXTS = ["", "a", "Hello There?", "what is this", "hello there, 123: what!", "abc def ghi " * 30, "東京 🏳️‍🌈"]


def original(folder: Path, texts: list[str], prompt: str) -> npt.NDArray[np.float32]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    vectors: npt.NDArray[np.float32] = model.encode(texts, prompt=prompt, normalize_embeddings=True)
    return vectors


def least_cosine(left: npt.NDArray[np.float32], right: npt.NDArray[np.float32]) -> float:
    return float((left * right).sum(axis=1).min())


@pytest.mark.slow
def test_pooling_prompts_window_and_dense_are_the_models_own(
    tiny_model_folder: Path, tiny_encoder_folder: Path
) -> None:
    encoder = Encoder.load(tiny_encoder_folder)
    queries, texts = encoder.encode_queries(TEXTS), encoder.encode_texts(TEXTS)
    assert texts.shape == (len(TEXTS), 16)
    assert least_cosine(queries, original(tiny_model_folder, TEXTS, "query: ")) >= 0.9999
    assert least_cosine(texts, original(tiny_model_folder, TEXTS, "passage: ")) >= 0.9999
    assert least_cosine(queries, original(tiny_model_folder, TEXTS, "")) < 0.99  # the prompt matters
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-6)  # though it has no Normalize


def test_window_leaves_room_for_special_tokens_and_prompt(tiny_encoder_folder: Path) -> None:
    encoder = Encoder.load(tiny_encoder_folder)
    assert encoder.window == 32 - len(["[CLS]", "[SEP]"]) - len(["passage", ":"])
    full = "a " * encoder.window
    cut, more, less = encoder.encode_texts([full, full + "b c d", full[:-2]])
    np.testing.assert_allclose(cut, more, atol=1e-5)
    assert np.abs(cut - less).max() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["max", "lasttoken", ("mean", "weightedmean")])
def test_other_poolings(tmp_path: Path, mode: str | tuple[str, ...]) -> None:
    width = 32 if isinstance(mode, str) else 64
    model = save_tiny_model(tmp_path, pooled=width, pooling_mode=mode)
    FrameworkEncoder.load(model).export(tmp_path / "encoder")
    vectors = Encoder.load(tmp_path / "encoder").encode_queries(TEXTS)
    assert least_cosine(vectors, original(model, TEXTS, "query: ")) >= 0.9999


@pytest.mark.slow
def test_half_precision_is_computed_in_single_precision(tmp_path: Path) -> None:
    model = save_tiny_model(tmp_path, half=True)
    framework = FrameworkEncoder.load(model)
    framework.export(tmp_path / "encoder")
    exported = Encoder.load(tmp_path / "encoder").encode_texts(TEXTS)
    np.testing.assert_allclose(exported, framework.embed(TEXTS, lambda *_: None), atol=1e-5)


@pytest.mark.slow
def test_embedding_reports_progress_and_keeps_the_order(tiny_model_folder: Path) -> None:
    texts = [f"text {'abc ' * (number % 9)}{number}" for number in range(300)]
    reports: list[tuple[str, int, int]] = []
    vectors = FrameworkEncoder.load(tiny_model_folder).embed(texts, lambda *report: reports.append(report))
    assert reports == [("embed", 128, 300), ("embed", 256, 300), ("embed", 300, 300)]
    assert least_cosine(vectors, original(tiny_model_folder, texts, "passage: ")) >= 0.9999


def test_embedding_takes_broken_text_and_no_text(tiny_model_folder: Path) -> None:
    framework = FrameworkEncoder.load(tiny_model_folder)
    assert framework.embed(["\ud800 \0"], lambda *_: None).shape == (1, 16)
    assert framework.embed([], lambda *_: None).shape == (0, 16)


@pytest.mark.slow
def test_export_is_the_same_bytes_again(
    tiny_model_folder: Path, tiny_encoder_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_encoder_folder, tmp_path / "again")
    FrameworkEncoder.load(tiny_model_folder).export(tmp_path / "again")  # over a complete one
    first = {path.name: path.read_bytes() for path in tiny_encoder_folder.iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == first
    assert len(first) == 4


def test_all_files_have_the_same_permissions(tiny_encoder_folder: Path) -> None:
    assert len({path.stat().st_mode for path in tiny_encoder_folder.iterdir()}) == 1


@pytest.mark.slow
def test_different_vectors_are_refused(tiny_model_folder: Path, tmp_path: Path) -> None:
    framework = FrameworkEncoder.load(tiny_model_folder)
    with pytest.raises(ModelDamagedError, match=r"vectors differ \(cosine (0\.9999|1\.0)"):
        framework.export(tmp_path / "encoder", least_cosine=1.01)


def test_pooling_without_the_prompt_is_refused(tmp_path: Path) -> None:
    model = save_tiny_model(tmp_path, include_prompt=False)
    with pytest.raises(ModelDamagedError, match="its pooling leaves the prompt out"):
        FrameworkEncoder.load(model)


def test_models_that_are_no_transformers_are_refused(tmp_path: Path, tiny_model_folder: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tiny_model_folder / "tokenizer.json"))
    static = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)], device="cpu")
    static.save(str(tmp_path / "static"), create_model_card=False)
    with pytest.raises(ModelDamagedError, match="its first module is StaticEmbedding, not Transformer"):
        FrameworkEncoder.load(tmp_path / "static")


def test_truncated_weights_are_named(tiny_model_folder: Path, tmp_path: Path) -> None:
    model = shutil.copytree(tiny_model_folder, tmp_path / "model")
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelDamagedError, match="the model cannot be loaded"):
        FrameworkEncoder.load(model)


@pytest.mark.slow
def test_a_model_without_a_window_gets_one(tiny_model_folder: Path, tmp_path: Path) -> None:
    model = shutil.copytree(tiny_model_folder, tmp_path / "model")
    path = model / "tokenizer_config.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"model_max_length": 10**30}))
    FrameworkEncoder.load(model).export(tmp_path / "encoder")
    # The positions of the tiny model's transformer are a limit all the same.
    assert Encoder.load(tmp_path / "encoder").window == 64 - 4
