"""Answers to like questions, and how often those are wrong. Answers to the same question are storage's own cache."""
