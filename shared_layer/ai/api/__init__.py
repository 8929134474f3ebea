"""What the operations and the other domains call: chat, generation, the internal model, routes explained, models."""
