"""Lists and searches of contacts: what they read as the number of contacts grows."""
