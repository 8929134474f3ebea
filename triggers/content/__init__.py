"""Triggers of content-hub: what is due, what validations say, what a publication brings with it."""
