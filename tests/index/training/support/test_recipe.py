"""How the support model is trained, as its card says."""

from pathlib import Path

from index.training.support.recipe import SupportRecipe

CARD = Path("index/writing/support_model/MODEL_CARD.md")


def test_the_card_names_the_recipe() -> None:
    recipe, card = SupportRecipe(), (Path(__file__).parents[4] / CARD).read_text(encoding="utf-8")
    assert f"{recipe.rounds} rounds" in card
    assert f"rate {recipe.rate:.0e}".replace("e-0", "e-") in card
