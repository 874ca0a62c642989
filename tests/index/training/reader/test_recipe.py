"""Recipes: one is kept beside its checkpoints, which no other one continues."""

from pathlib import Path

import pytest

from index.training.reader.recipe import Recipe, keep_recipe


def test_checkpoints_of_another_recipe_are_not_continued(tmp_path: Path) -> None:
    kept = tmp_path / "recipe.json"
    keep_recipe(kept, Recipe(seed=1))
    keep_recipe(kept, Recipe(seed=1))
    with pytest.raises(ValueError, match="another recipe"):
        keep_recipe(kept, Recipe(seed=2))
