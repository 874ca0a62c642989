"""The `footnote` command: its subcommands, and how results are drawn in a terminal."""
