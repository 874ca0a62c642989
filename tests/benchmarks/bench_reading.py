"""Reading five windows for one question: the exported int8 model against PyTorch in single precision.

usage: python tests/benchmarks/bench_reading.py MODEL_FOLDER [--threads N] [--runs N]
MODEL_FOLDER is an extractive-QA model of Hugging Face's form, for example what `index.training` writes.
"""

import argparse
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from measure import alternate, seconds

from index.span_export import export_span_model
from index.span_model import SpanModel

CORPUS = Path(__file__).parents[2] / "corpus" / "coalition-strikes-near-al-tanf.txt"
QUESTION = "Who predicts the fight for Raqqa will be long and hard?"
CHARACTERS = (480, 470, 440, 400, 300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=21)
    options = parser.parse_args()

    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    article = CORPUS.read_text("utf-8")
    article *= 1 + sum(CHARACTERS) // len(article)
    ends = np.cumsum(CHARACTERS)
    texts = [article[end - size : end] for end, size in zip(ends, CHARACTERS, strict=True)]
    torch.set_num_threads(options.threads)
    model = AutoModelForQuestionAnswering.from_pretrained(options.model).eval()
    tokenizer = AutoTokenizer.from_pretrained(options.model)

    def original() -> list[np.ndarray]:
        features = tokenizer([QUESTION] * len(texts), texts, padding=True, return_tensors="pt")
        with torch.inference_mode():
            output = model(**features)
        logits = torch.stack([output.start_logits, output.end_logits], dim=1).numpy()
        kept = [[part == 1 for part in features.sequence_ids(row)] for row in range(len(texts))]
        return [scores[:, keep] - scores[:, :1] for scores, keep in zip(logits, kept, strict=True)]

    with tempfile.TemporaryDirectory() as folder:
        export_span_model(options.model, Path(folder))
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        load = seconds(partial(SpanModel.load, Path(folder)))
        exported = SpanModel.load(Path(folder), options.threads)
    ours = [np.stack([scores.start, scores.end]) for scores in exported.read(QUESTION, texts)]
    theirs = original()
    differences = np.abs(np.hstack(ours) - np.hstack(theirs))
    same = np.mean([a.argmax(1) == b.argmax(1) for a, b in zip(ours, theirs, strict=True)])
    read = partial(exported.read, QUESTION, texts)
    fast, slow = alternate(partial(seconds, read), partial(seconds, original), options.runs)
    print(
        f"{len(texts)} windows, {options.threads} threads: {1000 * fast:.1f} ms, "
        f"PyTorch {1000 * slow:.1f} ms: {fast / slow:.3f} of its time; {size:.1f} MB, loaded in "
        f"{1000 * load:.0f} ms; scores differ by {differences.mean():.2f} (standard deviation "
        f"{np.hstack(theirs).std():.2f}), best start and end agree in {same:.0%}"
    )


if __name__ == "__main__":
    main()
