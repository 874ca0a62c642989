"""The library that the bot answers from: the queue of questions, the live index and its updates."""
