"""Providers asked in turn until one answers, or a second one beside the first that is slow; what they give."""
