"""A fake server of language models: Ollama's protocol and OpenAI's, and misbehaviour on order."""

from tests.fake_language_models.replies import Ending, Reply
from tests.fake_language_models.server import FakeLanguageModels

__all__ = ["Ending", "FakeLanguageModels", "Reply"]
