"""How hard a text is to read: syllables by CMUdict, and the formulas over them."""
