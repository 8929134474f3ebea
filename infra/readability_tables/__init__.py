"""Packs CMUdict, the hyphenation patterns and the list of easy words into one small file."""
