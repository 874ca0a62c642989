"""How Discord draws what the bot sends: for tests that look for markup, and for pictures."""
