"""A question from Discord: who asks, whether they may, and its way to an answer."""
