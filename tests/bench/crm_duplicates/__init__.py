"""Duplicates: pair F1 after clustering, on data whose truth is known."""
