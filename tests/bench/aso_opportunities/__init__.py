"""Opportunities recovered from made search data in which they were planted, against the rule that most tools apply."""
