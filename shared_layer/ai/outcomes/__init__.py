"""What became of answers: told by callers and by the cascade's checks, kept, and learned from by night."""
