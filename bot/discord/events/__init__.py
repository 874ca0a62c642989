"""What Discord tells the bot: commands, messages and clicks."""
