"""Events from Discord: commands, messages and button clicks."""
