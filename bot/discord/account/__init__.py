"""The bot's account at Discord: token, login, permissions and registered commands."""
