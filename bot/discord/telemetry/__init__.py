"""What the bot reports of itself: log, metrics and health."""
