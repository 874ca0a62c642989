"""Questions from Discord: who asks, whether they may, and how each gets its answer."""
