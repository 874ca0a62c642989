"""The commands of `footnote`, a module for each group. Each imports what it needs when it runs."""
