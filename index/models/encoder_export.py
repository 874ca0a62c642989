"""Encoder in sentence-transformers: embeds articles when an index is built, and is exported for questions.

The whole model, pooling and all, becomes one ONNX graph. Its weights lie in a file of their own, which
onnxruntime maps into memory: of the word embeddings, half of a small model, only the pages in use are read.
"""

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from index.arrays import Floats
from index.errors import ModelDamagedError, Role
from index.models.encoder import (
    FORMAT,
    GRAPH_FILE,
    PROGRESS_CHUNK,
    SETTINGS_FILE,
    TOKEN_INPUTS,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Encoder,
    EncoderSettings,
)
from index.models.model_folders import check_model_folder
from index.models.onnx_export import (
    check_tokenizer,
    copy_tokenizer,
    export_graph,
    not_exportable,
    quiet,
    write_tokenizer,
)
from index.records import Progress
from index.segmentation.characters import clean

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

_not_exportable = partial(not_exportable, Role.ENCODER)

_LEAST_COSINE = 0.9999
_MOST_TOKENS = 8_192
"""Window of models that have none of their own, so that memory has a bound."""
_CHECK_TEXTS = (
    "",
    " ",
    "a",
    "Who predicts the fight will be long and hard?",
    "  Two  spaces,\na line break and a\ttab. ",
    "Der Flughafen liegt südöstlich von Zürich; naïve café façade.",
    "Москва — столица России. Η Αθήνα είναι η πρωτεύουσα.",
    "東京は日本の首都です。北京是中国的首都。",
    "القاهرة هي عاصمة مصر",
    "กรุงเทพมหานครเป็นเมืองหลวง",
    "👩‍👩‍👧 🇨🇭 1,234.5 °C — “quoted” [brackets] https://example.org/a?b=c#d",
    "antidisestablishmentarianism" * 3,
    "The coalition said that it had struck the convoy near the town again. " * 3,
)
_LONG_CHECK_TEXT = "one two three four five six seven eight nine ten " * 1_000
"""Texts on which model and export must agree: empty, short, in many scripts, longer than any window."""


class FrameworkEncoder:
    """A sentence-transformers model, loaded once for embedding and export."""

    def __init__(self, model: "SentenceTransformer") -> None:
        self._model = model
        self._query_prompt = _first_prompt(model, "query")
        self._document_prompt = _first_prompt(model, "document", "passage", "corpus")
        self._check_exportable()
        model.max_seq_length = self._tokens = min(model.max_seq_length or _MOST_TOKENS, _MOST_TOKENS)

    @classmethod
    def load(cls, model_folder: Path) -> Self:
        """Load the model in `model_folder`, from its files alone, onto the GPU if there is one.

        Raises ModelMissingError, and ModelDamagedError also for a kind of model that cannot be exported.
        """
        check_model_folder(model_folder)
        with quiet():
            from sentence_transformers import SentenceTransformer

            try:
                model = SentenceTransformer(
                    str(model_folder),
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except Exception as error:  # each module of a model raises what it likes
                raise ModelDamagedError(f"{model_folder}: the model cannot be loaded: {error}") from error
        # A model stored in half precision is computed in single precision, here as in the exported graph.
        model.float().eval()
        return cls(model)

    def embed(self, texts: Sequence[str], progress: Progress) -> Floats:
        """Encode sentences or passages, document prompt applied: float32, [n, dimension], L2-normalised."""
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        # Sorted here, as sentence-transformers does, because it sees one chunk at a time.
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        for start in range(0, len(texts), PROGRESS_CHUNK):
            rows = by_length[start : start + PROGRESS_CHUNK]
            vectors[rows] = self._model.encode_document(
                [clean(texts[row]) for row in rows],
                prompt=self._document_prompt,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            progress("embed", start + len(rows), len(texts))
        return vectors

    def export(self, target: Path, least_cosine: float = _LEAST_COSINE) -> None:
        """Write the encoder to the folder `target`, for `Encoder.load`.

        Raises ModelDamagedError if an exported vector differs from the model's own: with a cosine below
        `least_cosine`, on any of a set of texts.
        """
        target.mkdir(parents=True, exist_ok=True)
        device = self._model.device
        self._model.cpu()
        try:
            with quiet():
                self._write_tokenizer(target / TOKENIZER_FILE)
                self._write_graph(target)
                settings = EncoderSettings(
                    FORMAT, self._dimension, self._tokens, self._query_prompt, self._document_prompt
                )
                text = json.dumps(dataclasses.asdict(settings), indent=2, ensure_ascii=False) + "\n"
                (target / SETTINGS_FILE).write_text(text, encoding="utf-8")
                self._check(target, least_cosine)
        finally:
            self._model.to(device)

    @property
    def uses_gpu(self) -> bool:
        """Tell whether it was loaded onto a GPU."""
        return self._model.device.type != "cpu"

    @property
    def _dimension(self) -> int:
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise _not_exportable("it does not say how long its vectors are")
        return dimension

    def _check_exportable(self) -> None:
        first = type(self._model[0]).__name__
        if first != "Transformer":
            raise _not_exportable(f"its first module is {first}, not Transformer")
        check_tokenizer(Role.ENCODER, self._model.tokenizer)
        prompts = self._query_prompt + self._document_prompt
        if prompts and not all(getattr(module, "include_prompt", True) for module in self._model):
            raise _not_exportable("its pooling leaves the prompt out")

    def _write_tokenizer(self, path: Path) -> None:
        framework = self._model.tokenizer
        tokenizer = copy_tokenizer(framework)
        tokenizer.enable_truncation(self._tokens, direction=framework.truncation_side)
        tokenizer.enable_padding(
            direction=framework.padding_side,
            pad_id=framework.pad_token_id,
            pad_type_id=framework.pad_token_type_id,
            pad_token=framework.pad_token,
        )
        write_tokenizer(tokenizer, path)

    def _write_graph(self, target: Path) -> None:
        import onnx
        from torch.nn.functional import normalize

        model = self._model
        features = model.preprocess(["two texts of", "different lengths, for the trace"])

        def vectors(inputs: "Mapping[str, Tensor]") -> "Tensor":
            return normalize(model(dict(inputs))["sentence_embedding"], dim=-1)

        with tempfile.TemporaryDirectory(dir=target) as scratch:
            traced = Path(scratch, GRAPH_FILE)
            inputs = {name: features[name] for name in TOKEN_INPUTS if name in features}
            export_graph(model, vectors, inputs, {"vectors": {0: "batch"}}, traced)
            graph = onnx.load(traced)
        (target / WEIGHTS_FILE).unlink(missing_ok=True)  # onnx appends to a file that exists
        onnx.save_model(
            graph,
            target / GRAPH_FILE,
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=WEIGHTS_FILE,
        )
        shutil.copymode(target / GRAPH_FILE, target / WEIGHTS_FILE)  # onnx lets only the owner read it

    def _check(self, target: Path, least_cosine: float) -> None:
        exported = Encoder.load(target)
        original = partial(self._model.encode, normalize_embeddings=True, show_progress_bar=False)
        for texts in (
            list(_CHECK_TEXTS),
            [_LONG_CHECK_TEXT],
        ):
            pairs = (
                (exported.encode_queries(texts), original(texts, prompt=self._query_prompt, task="query")),
                (
                    exported.encode_texts(texts),
                    original(texts, prompt=self._document_prompt, task="document"),
                ),
            )
            least = min(float((ours * theirs).sum(axis=1).min()) for ours, theirs in pairs)
            if not least >= least_cosine:  # NaN too
                raise _not_exportable(f"exported and original vectors differ (cosine {least:.6f})")


def _first_prompt(model: "SentenceTransformer", *names: str) -> str:
    """Return the first prompt that the model's configuration has under one of `names`, "" if it has none."""
    return next((prompt for name in names if (prompt := model.prompts.get(name))), "")
