"""What providers tell of mails afterwards: proven, taken once, and turned into suppressions."""
