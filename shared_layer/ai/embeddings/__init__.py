"""What texts mean, as vectors: asked of providers, and compared."""
