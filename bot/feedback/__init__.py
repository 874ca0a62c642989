"""Feedback on the bot's answers: stored, and exported as questions for `footnote eval`."""
