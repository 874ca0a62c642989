"""Recipes: one is kept beside its checkpoints, which no other one continues."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.training.reader.recipe import RECIPES, Recipe, keep_recipe


def test_checkpoints_of_another_recipe_are_not_continued(tmp_path: Path) -> None:
    kept = tmp_path / "recipe.json"
    keep_recipe(kept, Recipe(seed=1))
    keep_recipe(kept, Recipe(seed=1))
    with pytest.raises(ValueError, match="another recipe"):
        keep_recipe(kept, Recipe(seed=2))


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_is_consistent(name: str) -> None:
    recipe = RECIPES[name]
    assert not (recipe.substituted and not recipe.teacher_weight)  # only a teacher marks those
    assert not (recipe.word_embeddings and recipe.frozen_layers)
    assert recipe.sentences or recipe.stage == 2
    assert 0 <= recipe.substituted <= 1 and recipe.rate > 0 and recipe.rounds > 0


def test_the_embeddings_of_words_are_all_that_two_of_them_differ_by() -> None:
    assert replace(RECIPES["second"], word_embeddings=True) == RECIPES["second-words"]
