"""What a reader learns from: questions in people's own words, read in the windows that the product makes."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tokenizers import Tokenizer

from index.models.encoder_export import FrameworkEncoder
from index.models.model_folders import model_fingerprint
from index.records import Progress
from index.retrieval.ranking import Ranker
from index.training.datasets.lessons import Lesson, read_qamr, read_squadshifts
from index.training.datasets.question_articles import is_held_out, segment_titles
from index.training.datasets.question_libraries import read_library
from index.training.datasets.squad import SquadArticle, SquadParagraph, read_squad
from index.training.datasets.training_libraries import SegmentedArticle, Segmenter, TrainingLibrary
from index.training.encoders import load_encoders
from index.training.examples.batches import Batch, make_batches
from index.training.examples.example import Example, answerable_example
from index.training.examples.retrieved import retrieved_examples
from index.training.progress import no_progress
from index.training.reader.recipe import RECIPE_FILE, Recipe, keep_recipe
from index.training.reader.training import learn_batches

LIBRARIES = Path(__file__).parents[1] / "libraries"
"""Folder of the libraries with questions that are part of the project."""
GROUP = 8
"""Repeated questions that are batched together, as those of a paragraph are."""


def train_reader(
    recipe: Recipe,
    questions: Sequence[Path],
    squadshifts: Path,
    qamr: Path,
    larger: Path,
    encoder: Path,
    work: Path,
    progress: Progress = no_progress,
    never: Path | None = None,
    libraries: Sequence[Path] = (),
) -> Path:
    """Train on files of `questions` (see `question_articles`); return the folder of the model.

    It starts from the encoder in the folder `larger`, while `encoder` is that of the index, which finds the
    windows. Titles that are held out are not learnt, nor are paragraphs of SQuADShifts that stand in the file
    `never`. `libraries` are folders of articles with questions (see `question_libraries`). Raises ValueError
    if `work` holds checkpoints of another recipe, and as `read_library` does.
    """
    recipe = replace(recipe, start=model_fingerprint(larger))
    entries = [entry for path in questions for entry in read_squad(path)]
    learnt = [entry for entry in entries if not is_held_out(entry.title)]
    held_out = [entry for entry in entries if is_held_out(entry.title)]
    left_out = {paragraph.context.strip() for paragraph in _paragraphs_of(held_out)}
    if never:
        left_out |= {paragraph.context.strip() for paragraph in _paragraphs_of(read_squad(never))}
    repeated = [
        lesson
        for lesson in read_squadshifts(squadshifts)
        if not lesson.text.held_out and lesson.text.text.strip() not in left_out
    ]
    sentences = read_qamr(qamr)
    work.mkdir(parents=True, exist_ok=True)
    keep_recipe(work / RECIPE_FILE, recipe)
    library, measured = (library_of(part, encoder, progress) for part in (learnt, held_out))
    own = [library_in(folder, encoder, progress) for folder in libraries]
    tokenizer = Tokenizer.from_file(str(larger / "tokenizer.json"))
    ranker, planned, rounds = Ranker.load(), list[Batch](), 0
    while len(planned) < recipe.steps:
        order = random.Random(f"{recipe.seed} {rounds}")  # noqa: S311
        seed = recipe.seed + rounds
        groups = [group for part in (library, *own) for group in retrieved_examples(part, ranker, seed)]
        groups += _repeated(repeated, recipe.repeated, order)
        groups += _repeated(sentences, recipe.repeated // 2, order)
        order.shuffle(groups)
        planned += make_batches(groups, tokenizer, recipe.tokens, order)
        rounds += 1
    windows = [example for group in retrieved_examples(measured, ranker, recipe.seed) for example in group]
    order = random.Random(recipe.seed)  # noqa: S311
    drawn = order.sample(windows, min(recipe.measured_questions, len(windows)))
    measured_windows = make_batches([[example] for example in drawn], tokenizer, recipe.tokens, order)
    return learn_batches(planned[: recipe.steps], measured_windows, larger, work, recipe, progress)


def own_libraries() -> list[Path]:
    """Return the folders of the libraries with questions that are part of the project."""
    return sorted(path.parent for path in LIBRARIES.glob("*/questions.jsonl"))


def _paragraphs_of(entries: Iterable[SquadArticle]) -> Iterator[SquadParagraph]:
    for entry in entries:
        yield from entry.paragraphs


def library_of(
    entries: Iterable[SquadArticle], encoder: Path, progress: Progress = no_progress
) -> TrainingLibrary:
    """Index articles, with the questions about them, in memory."""
    framework, exported = load_encoders(str(encoder))
    articles = segment_titles(entries, Segmenter(exported.count_tokens, exported.window))
    return _indexed(articles, framework, progress)


def library_in(folder: Path, encoder: Path, progress: Progress = no_progress) -> TrainingLibrary:
    """Index a library with questions in memory."""
    framework, exported = load_encoders(str(encoder))
    articles = read_library(folder, Segmenter(exported.count_tokens, exported.window))
    return _indexed(articles, framework, progress)


def _indexed(
    articles: Sequence[SegmentedArticle], framework: FrameworkEncoder, progress: Progress
) -> TrainingLibrary:
    texts = list(dict.fromkeys(text for article in articles for text in article.texts_to_embed()))
    vectors = framework.embed(texts, lambda _, done, total: progress("embed", done, total))
    return TrainingLibrary.build(articles, dict(zip(texts, vectors, strict=True)))


def _repeated(lessons: Sequence[Lesson], count: int, source: random.Random) -> list[list[Example]]:
    """Draw answerable questions that are asked close to their texts."""
    drawn = source.sample(lessons, min(count, len(lessons)))
    examples = [answerable_example(lesson, source) for lesson in drawn]
    return [examples[start : start + GROUP] for start in range(0, len(examples), GROUP)]
