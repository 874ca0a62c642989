"""The exported encoder gives the model's own vectors, whatever the text, without the frameworks."""

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Encoding, Tokenizer

from index.errors import ModelDamagedError, Reason, Role
from index.models.encoder import (
    GRAPH_FILE,
    PROGRESS_CHUNK,
    SETTINGS_FILE,
    TOKEN_INPUTS,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Encoder,
    EncoderSettings,
)
from index.models.encoder_export import FrameworkEncoder
from index.models.exported_model import load_tokenizer
from index.segmentation.characters import clean
from tests.support.shared_models import compute_anew

TEXTS = [
    "",
    " \n\t ",
    "?",
    "Who predicts the fight for the city will be long and hard?",
    "who predicts the fight for the city will be long and hard",
    'Lieutenant General Steve Townsend predicts "a long and difficult fight ahead".',
    "The U.S. -led coalition struck on 6 June 2017, at 5:30 p.m., near 33°30′N 38°40′E.",
    "Wien ist schön; Zürich auch. Crème brûlée à volonté, señor!",
    "Ленинград переименован в 1991 году.",
    "東京は日本の首都です。人口は約1400万人です。",
    "ประเทศไทยมีกรุงเทพมหานครเป็นเมืองหลวง",
    "القاهرة\u200f هي \u202eعاصمة\u202c مصر",
    "zero\u200bwidth soft\u00adhyphen e\u0301 ﬁ ½ ①",
    "🏳️‍🌈👨‍👩‍👧‍👦🇺🇳",
    "[CLS] [MASK] [SEP] <s> </s>",
    "x" * 500,
    "word " * 253 + "last cut",
    "The convoy moved south of the town and was struck again. " * 60,
]


@pytest.fixture(scope="module", autouse=True)
def computed() -> Iterator[None]:
    """Have nothing remembered that a model computed before."""
    with compute_anew():
        yield


@pytest.fixture(scope="session")
def encoder(encoder_folder: Path) -> Encoder:
    return Encoder.load(encoder_folder)


@pytest.mark.slow
def test_vectors_are_the_models_own(encoder: Encoder, framework_encoder: FrameworkEncoder) -> None:
    original = framework_encoder.embed(TEXTS, lambda *_: None)
    for exported in (encoder.encode_texts(TEXTS), encoder.encode_queries(TEXTS)):
        assert exported.dtype == np.float32
        assert exported.shape == (len(TEXTS), encoder.dimension) == (18, 384)
        assert (exported * original).sum(axis=1).min() >= 0.9999
        np.testing.assert_allclose(np.linalg.norm(exported, axis=1), 1, atol=1e-6)


@pytest.mark.slow
def test_company_does_not_change_a_vector(encoder: Encoder) -> None:
    together = encoder.encode_texts(TEXTS)
    alone = np.concatenate([encoder.encode_texts([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=2e-6)


@pytest.mark.slow
def test_order_and_batches_are_kept(encoder: Encoder) -> None:
    texts = [f"text number {number} {'and more ' * (number % 7)}" for number in range(70)]
    vectors = encoder.encode_texts(texts)
    for row in (0, 31, 32, 69):
        np.testing.assert_allclose(vectors[row], encoder.encode_texts([texts[row]])[0], atol=2e-6)


@pytest.mark.slow
def test_same_call_same_bytes(encoder: Encoder, encoder_folder: Path) -> None:
    first = encoder.encode_queries([TEXTS[3]])
    encoder.encode_texts(TEXTS)
    assert encoder.encode_queries([TEXTS[3]]).tobytes() == first.tobytes()
    assert Encoder.load(encoder_folder, threads=1).encode_queries([TEXTS[3]]).shape == first.shape


def test_many_texts_are_embedded_by_several_workers_as_each_alone(tiny_encoder_folder: Path) -> None:
    encoder = Encoder.load(tiny_encoder_folder, threads=1)
    texts = [f"{'abc ' * (number % 9)}{number}" for number in range(300)]
    reports: list[tuple[str, int, int]] = []
    vectors = encoder.encode_texts(texts, lambda *report: reports.append(report), workers=3)
    alone = np.concatenate([encoder.encode_texts([text]) for text in texts])
    np.testing.assert_allclose(vectors, alone, atol=2e-6)
    assert reports[-1] == ("embed", 300, 300)
    done = [0, *(done for _, done, _ in reports)]
    assert all(later - earlier >= PROGRESS_CHUNK for earlier, later in itertools.pairwise(done[:-1]))


class Zeros:
    """A session that makes zeros of whatever it is fed, if it is not padded, and notes its shape."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self.shapes: list[tuple[int, int]] = []

    def get_inputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name=name) for name in TOKEN_INPUTS]

    def run(self, _: None, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert (feed["attention_mask"] != 0).all()
        self.shapes.append(feed["input_ids"].shape)
        return [np.zeros((len(feed["input_ids"]), self._dimension), np.float32)]


class Counting:
    """A tokenizer that notes how many characters it gets at once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.characters: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def encode_batch(self, texts: list[str]) -> list[Encoding]:
        self.characters.append(sum(map(len, texts)))
        return self._tokenizer.encode_batch(texts)


@pytest.fixture
def watched(tiny_encoder_folder: Path) -> tuple[Encoder, Counting, Zeros]:
    exported = EncoderSettings.read(tiny_encoder_folder / SETTINGS_FILE)
    tokenizer = load_tokenizer(Role.ENCODER, tiny_encoder_folder / TOKENIZER_FILE)
    tokenizer.no_padding()
    counting, session = Counting(tokenizer), Zeros(exported.dimension)
    return Encoder(exported, counting, session), counting, session  # type: ignore[arg-type]


def test_no_batch_is_padded_or_large(watched: tuple[Encoder, Counting, Zeros]) -> None:
    encoder, _, session = watched
    encoder.encode_texts(["a " * (1 + number % 20) for number in range(2_000)])
    assert len({tokens for _, tokens in session.shapes}) == 20
    assert max(texts * tokens for texts, tokens in session.shapes) <= 256
    assert len(session.shapes) < 2_000 / 5


def test_few_characters_are_tokens_at_once(watched: tuple[Encoder, Counting, Zeros]) -> None:
    encoder, counting, session = watched
    texts = ["abc " * 70_000, *(f"{'ab ' * 5_000}{number}" for number in range(40)), "", "c"]
    assert encoder.encode_texts(texts).shape[0] == len(texts)
    assert counting.characters[0] < 281_000, "one that is longer is by itself"
    assert max(counting.characters[1:]) < 201_000  # with the prompt of each
    assert len(counting.characters) == 5
    assert sum(count for count, _ in session.shapes) == len(texts)


def test_nothing_in_nothing_out(encoder: Encoder) -> None:
    assert encoder.encode_texts([]).shape == (0, 384)


@pytest.mark.slow
def test_what_exceeds_the_window_is_cut_off(encoder: Encoder) -> None:
    full = "word " * encoder.window
    assert encoder.count_tokens(full) == encoder.window == 254
    vectors = encoder.encode_queries([full, full + "other things", full * 80, "word " * (encoder.window - 1)])
    np.testing.assert_allclose(vectors[1], vectors[0], atol=2e-6)
    np.testing.assert_allclose(vectors[2], vectors[0], atol=2e-6)
    assert np.abs(vectors[3] - vectors[0]).max() > 1e-4


def test_tokens_are_counted_beyond_the_window_and_without_special_ones(encoder: Encoder) -> None:
    assert encoder.count_tokens("") == 0
    assert encoder.count_tokens("two words") == 2
    assert encoder.count_tokens("two words " * 5_000) == 10_000


def test_lone_surrogates_and_nul_are_replaced(encoder: Encoder) -> None:
    assert clean("a\ud800b\udfffc\0d") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c d"
    broken, mended = encoder.encode_queries(["bad \udcff text\0here", "bad \ufffd text here"])
    np.testing.assert_allclose(broken, mended, atol=2e-6)
    assert encoder.count_tokens("\ud83d") == encoder.count_tokens("\ufffd")


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(exclude_categories=[]), max_size=80))
def test_any_text_has_a_unit_vector(encoder: Encoder, text: str) -> None:
    vector = encoder.encode_queries([text])[0]
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5
    assert encoder.count_tokens(text) >= 0


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def replace(path: Path) -> None:
    path.write_text('{"title": "not an encoder"}')


@pytest.mark.parametrize("damage", [Path.unlink, truncate, replace])
@pytest.mark.parametrize("name", [GRAPH_FILE, WEIGHTS_FILE, TOKENIZER_FILE, SETTINGS_FILE])
def test_damaged_files_are_named(
    tiny_encoder_folder: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    folder = shutil.copytree(tiny_encoder_folder, tmp_path / "encoder")
    damage(folder / name)
    with pytest.raises(ModelDamagedError, match="not an exported encoder") as raised:
        Encoder.load(folder)
    assert name in raised.value.message
    assert raised.value.reason == Reason.ENCODER_EXPORT_DAMAGED


@pytest.mark.parametrize(
    "change",
    [{"format": 2}, {"dimension": 15}, {"tokens": "32"}, {"tokens": 0}, {"query_prompt": 3}, {"extra": 1}],
)
def test_settings_of_another_kind_are_refused(
    tiny_encoder_folder: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    folder = shutil.copytree(tiny_encoder_folder, tmp_path / "encoder")
    values = json.loads((folder / SETTINGS_FILE).read_text())
    (folder / SETTINGS_FILE).write_text(json.dumps(values | change))
    with pytest.raises(ModelDamagedError):
        Encoder.load(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="nowhere"):
        Encoder.load(tmp_path / "nowhere")


_ONE_QUESTION = """
import sys
from pathlib import Path
from index.models.encoder import Encoder
encoder = Encoder.load(Path(sys.argv[1]))
assert encoder.encode_queries(["Who predicts a long fight?"]).shape == (1, 384)
heavy = {"torch", "transformers", "sentence_transformers", "llama_index", "huggingface_hub", "onnx"}
print(sorted(heavy & set(sys.modules)))
"""


@pytest.mark.slow
def test_a_question_imports_no_framework(encoder_folder: Path) -> None:
    command = [sys.executable, "-c", _ONE_QUESTION, str(encoder_folder)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout, process.stderr) == (0, "[]\n", "")


def test_what_the_model_has_no_tokens_for_is_not_known(encoder_folder: Path) -> None:
    encoder = Encoder.load(encoder_folder)
    assert [encoder.knows(text) for text in ("Who is it?", "🐝", "x" * 100_000, "")] == [
        True,
        False,
        False,
        True,
    ]
