"""Changes to the corpus that the bot makes: by command, and pages that are fetched again."""
