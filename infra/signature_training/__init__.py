"""Training of the packaged signature model."""
