"""How much of a conversion each channel is credited with: eight models over the same paths."""
