"""The checks, a module each. One takes the material and a judge, and says what it finds."""
