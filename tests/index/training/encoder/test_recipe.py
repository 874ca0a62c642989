"""How an encoder is trained is kept beside its checkpoints."""

from pathlib import Path

import pytest

from index.training.encoder.recipe import EncoderRecipe
from index.training.reader.recipe import keep_recipe


def test_checkpoints_of_another_recipe_are_not_continued(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    keep_recipe(path, EncoderRecipe())
    keep_recipe(path, EncoderRecipe())
    with pytest.raises(ValueError, match="another recipe"):
        keep_recipe(path, EncoderRecipe(batch=8))
