"""Log, metrics and health of the bot."""
