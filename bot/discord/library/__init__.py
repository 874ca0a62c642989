"""The library that the bot answers from: the question queue, the live library and its updates."""
