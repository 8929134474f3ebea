"""How well signatures are found."""
