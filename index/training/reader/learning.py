"""What a reader learns from: questions in people's own words, read in the windows that the product makes."""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tokenizers import Tokenizer

from index.models.encoder import Encoder
from index.models.model_folders import model_fingerprint
from index.records import Progress
from index.retrieval.ranking import Ranker
from index.training.datasets.lessons import Lesson, read_qamr, read_squadshifts
from index.training.datasets.question_articles import is_held_out, segment_titles
from index.training.datasets.question_libraries import read_library
from index.training.datasets.squad import SquadArticle, SquadParagraph, read_squad
from index.training.datasets.training_libraries import SegmentedArticle, Segmenter, TrainingLibrary
from index.training.encoders import embed_texts, load_encoder
from index.training.examples.batch_files import kept_batches
from index.training.examples.batches import Batch, make_batches
from index.training.examples.example import Example, answerable_example
from index.training.examples.retrieved import retrieved_examples
from index.training.progress import no_progress
from index.training.reader.recipe import RECIPE_FILE, Recipe, keep_recipe
from index.training.reader.training import learn_batches

LIBRARIES = Path(__file__).parents[1] / "libraries"
"""Folder of the libraries with questions that are part of the project."""
WEIGHED = ("chronicles", "neighbourhoods")
"""Libraries that no model is trained on, so that ranking and confidence can be learnt from them."""
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

    What is learnt is planned once, kept in `work` as that takes minutes, and learnt in another order each
    time; the last steps belong to `libraries`, folders of articles with questions (see `question_libraries`)
    that are most like what people ask about. Training starts from the encoder in the folder `larger`, while
    `encoder` is that of the index, which finds the windows. Titles that are held out are not learnt, nor are
    paragraphs of SQuADShifts that stand in the file `never`. Raises ValueError if `work` holds checkpoints of
    another recipe, and as `read_library` does.
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
    tokenizer = Tokenizer.from_file(str(larger / "tokenizer.json"))

    @cache
    def indexer() -> LibraryIndexer:
        return LibraryIndexer(load_encoder(str(encoder)), progress)

    @cache
    def learnt_libraries() -> list[TrainingLibrary]:
        return [indexer().index_titles(learnt), *map(indexer().index_folder, libraries)]

    def plan() -> list[Batch]:
        order, ranker = _order(recipe.seed, 0), Ranker.load()
        parts = [retrieved_examples(library, ranker, recipe.seed) for library in learnt_libraries()]
        groups = [group for part in parts for group in part]
        groups += repeated_examples(repeated, recipe.repeated, order)
        groups += repeated_examples(sentences, recipe.repeated // 2, order)
        order.shuffle(groups)
        return make_batches(groups, tokenizer, recipe.tokens, order)

    def plan_measured() -> list[Batch]:
        order = random.Random(recipe.seed)  # noqa: S311
        found = retrieved_examples(indexer().index_titles(held_out), Ranker.load(), recipe.seed)
        windows = [example for group in found for example in group]
        drawn = order.sample(windows, min(recipe.measured_questions, len(windows)))
        return make_batches([[example] for example in drawn], tokenizer, recipe.tokens, order)

    def plan_end() -> list[Batch]:
        order, ranker = _order(recipe.seed, -1), Ranker.load()
        _, *own = learnt_libraries()
        batches: list[Batch] = []
        for seed in range(recipe.seed + 1, recipe.seed + 1 + recipe.last_rounds):
            groups = [group for library in own for group in retrieved_examples(library, ranker, seed)]
            order.shuffle(groups)
            batches += make_batches(groups, tokenizer, recipe.tokens, order)
        batches += order.sample(planned, min(int(recipe.last_others * len(batches)), len(planned)))
        order.shuffle(batches)
        return batches

    measured = kept_batches(work / "measured.npz", plan_measured)
    planned = kept_batches(work / "planned.npz", plan)
    end = kept_batches(work / "end.npz", plan_end)[: recipe.steps]
    batches = itertools.chain(itertools.islice(_rounds(planned, recipe.seed), recipe.steps - len(end)), end)
    return learn_batches(batches, measured, larger, work, recipe, progress)


def _rounds(planned: Sequence[Batch], seed: int) -> Iterator[Batch]:
    """Yield the batches in the order in which they were planned, then again and again in others."""
    yield from planned
    for number in itertools.count(1):
        yield from _order(seed, number).sample(planned, len(planned))


def _order(seed: int, number: int) -> random.Random:
    """Return what orders a round through the questions."""
    return random.Random(f"{seed} {number}")  # noqa: S311


def learnt_libraries() -> list[Path]:
    """Return the folders of the project's libraries that models are trained on."""
    return [folder for folder in _own_libraries() if folder.name not in WEIGHED]


def weighed_libraries() -> list[Path]:
    """Return the folders of the project's libraries that ranking and confidence are learnt from."""
    return [folder for folder in _own_libraries() if folder.name in WEIGHED]


def _own_libraries() -> list[Path]:
    return sorted(path.parent for path in LIBRARIES.glob("*/questions.jsonl"))


def _paragraphs_of(entries: Iterable[SquadArticle]) -> Iterator[SquadParagraph]:
    for entry in entries:
        yield from entry.paragraphs


@dataclass(frozen=True, slots=True)
class LibraryIndexer:
    """Indexes articles, with the questions about them, in memory."""

    encoder: Encoder
    progress: Progress

    def index_titles(self, entries: Iterable[SquadArticle]) -> TrainingLibrary:
        """Index articles of a file of SQuAD 2.0's form."""
        return self._index(segment_titles(entries, self._segmenter))

    def index_folder(self, folder: Path) -> TrainingLibrary:
        """Index a folder of articles with questions; raise as `read_library` does."""
        return self._index(read_library(folder, self._segmenter))

    @property
    def _segmenter(self) -> Segmenter:
        return Segmenter(self.encoder.count_tokens, self.encoder.window)

    def _index(self, articles: Sequence[SegmentedArticle]) -> TrainingLibrary:
        texts = (text for article in articles for text in article.texts_to_embed())
        return TrainingLibrary.build(articles, embed_texts(self.encoder, texts, self.progress))


def repeated_examples(lessons: Sequence[Lesson], count: int, source: random.Random) -> list[list[Example]]:
    """Draw answerable questions that are asked close to their texts."""
    drawn = source.sample(lessons, min(count, len(lessons)))
    examples = [answerable_example(lesson, source) for lesson in drawn]
    return [examples[start : start + GROUP] for start in range(0, len(examples), GROUP)]
