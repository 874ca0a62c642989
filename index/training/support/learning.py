"""The training of the support model on the states that the reader's lower layers make of statements."""

import hashlib
import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from index.models.span_model import SpanModel, cores
from index.records import Progress
from index.training.progress import no_progress, tracked
from index.training.reader.exported_graph import upper_layers
from index.training.support.recipe import SupportRecipe
from index.training.support.statements import Statement

POOL = 512
"""Statements that are sorted by length and cut into batches together."""


@dataclass(frozen=True, slots=True)
class LearnableStatements:
    """Statements with their states, float16 [tokens of all, width]; those of one end at its `ends`."""

    statements: Sequence[Statement]
    states: NDArray[np.float16]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.statements)

    def length(self, row: int) -> int:
        """Return the number of a statement's tokens, those of its text included."""
        return int(self.ends[row] - (self.ends[row - 1] if row else 0))

    def batch(self, rows: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return states [n, length, width], mask [n, length] and labels [n]."""
        length = max(map(self.length, rows))
        states = np.zeros((len(rows), length, self.states.shape[1]), dtype=np.float32)
        mask = np.zeros((len(rows), length), dtype=bool)
        for place, row in enumerate(rows):
            count, end = self.length(row), int(self.ends[row])
            states[place, :count] = self.states[end - count : end]
            mask[place, :count] = True
        labels = np.array([self.statements[row].supported for row in rows], dtype=np.float32)
        return torch.from_numpy(states), torch.from_numpy(mask), torch.from_numpy(labels)


class SupportNetwork(torch.nn.Module):
    """The upper layers of a reader, and a head on the first token: from states to one logit."""

    def __init__(self, reader_graph: Path, recipe: SupportRecipe) -> None:
        super().__init__()
        torch.manual_seed(recipe.seed)
        self.layers = upper_layers(reader_graph, recipe.below)
        width = self.layers.config.hidden_size
        self.dense = torch.nn.Linear(width, width)
        self.out = torch.nn.Linear(width, 1)
        self.dropout = torch.nn.Dropout(recipe.dropout)

    def forward(self, states: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return the logits of support, [n], for states [n, length, width]."""
        hidden = None if mask is None else torch.where(mask, 0.0, -1e9)[:, None, None, :]
        (states,) = self.layers(states, hidden)
        first = self.dropout(states[:, 0])
        logits: torch.Tensor = self.out(self.dropout(torch.tanh(self.dense(first))))[:, 0]
        return logits


def with_states(
    statements: Sequence[Statement], reader: SpanModel, work: Path, progress: Progress = no_progress
) -> LearnableStatements:
    """Return statements with their states, which are kept in `work`: to read them takes minutes."""
    key = hashlib.sha256(reader.sha256.encode())
    for statement in statements:
        key.update(json.dumps([statement.statement, statement.shown]).encode())
    path = work / f"states-{key.hexdigest()[:16]}.npz"
    if path.exists():
        kept = np.load(path)
        return LearnableStatements(statements, kept["states"], kept["ends"])
    with ThreadPoolExecutor(cores()) as pool:
        states_of_each = pool.map(lambda one: reader.states(one.statement, one.shown), statements)
        read = [
            states.astype(np.float16) for states in tracked(states_of_each, len(statements), "read", progress)
        ]
    states = np.concatenate(read)
    ends = np.cumsum([len(rows) for rows in read])
    draft = path.with_suffix(".draft.npz")
    np.savez(draft, states=states, ends=ends)
    draft.replace(path)
    return LearnableStatements(statements, states, ends)


def train(
    data: LearnableStatements, reader_graph: Path, recipe: SupportRecipe, progress: Progress = no_progress
) -> SupportNetwork:
    """Train a support model on statements."""
    network = SupportNetwork(reader_graph, recipe).train()
    head = {id(weight) for part in (network.dense, network.out) for weight in part.parameters()}
    groups = [
        {"params": [weight for weight in network.parameters() if id(weight) not in head], "lr": recipe.rate},
        {
            "params": [weight for weight in network.parameters() if id(weight) in head],
            "lr": recipe.rate * recipe.head_rate,
        },
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.decay)
    source = random.Random(recipe.seed)  # noqa: S311
    batches = [rows for _ in range(recipe.rounds) for rows in shuffled_batches(data, recipe.tokens, source)]

    def share_of_rate(step: int) -> float:
        return min(1.0, (step + 1) / recipe.warm_up, 2 * (len(batches) - step) / len(batches))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, share_of_rate)
    for rows in tracked(batches, len(batches), "train", progress):
        states, mask, labels = data.batch(rows)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(network(states, mask), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return network.eval()


def shuffled_batches(data: LearnableStatements, tokens: int, source: random.Random) -> list[list[int]]:
    """Cut all statements into batches of about `tokens` tokens, each of statements alike in length."""
    rows = source.sample(range(len(data)), len(data))
    batches: list[list[int]] = []
    for first in range(0, len(rows), POOL):
        batch: list[int] = []
        for row in sorted(rows[first : first + POOL], key=data.length):
            if batch and data.length(row) * (len(batch) + 1) > tokens:
                batches.append(batch)
                batch = []
            batch.append(row)
        batches.append(batch)
    source.shuffle(batches)
    return batches


def is_held_out(title: str, every: int) -> bool:
    """Tell whether statements are kept for the threshold, as are those about one article in `every`."""
    article = title.partition(" > ")[0]
    return int.from_bytes(hashlib.sha256(article.encode()).digest()[:4]) % every == 0


def least_score(scores: Sequence[float], supported: Sequence[bool], precision: float, share: float) -> float:
    """Return the least threshold above which at least `precision` of the statements are supported.

    They are weighted as if `share` of them were supported. Raises ValueError if there is none.
    """
    order = sorted(zip(scores, supported, strict=True), reverse=True)
    weight = {True: share / max(1, sum(supported)), False: (1 - share) / max(1, len(order) - sum(supported))}
    best, right, passing = None, 0.0, 0.0
    for count, (score, label) in enumerate(order, start=1):
        passing += weight[label]
        right += weight[label] * label
        following = order[count][0] if count < len(order) else 0.0
        if right >= precision * passing and following < score:
            best = (score + following) / 2
    if best is None:
        raise ValueError(f"no threshold with a precision of {precision}")
    return best
