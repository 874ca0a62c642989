"""Feedback on the bot's answers, and unanswered questions: stored, and exported for `footnote eval`."""
