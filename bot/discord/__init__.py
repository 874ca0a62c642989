"""The Discord bot: questions from a server in, cited answers out."""
