"""The workflows themselves, a module each."""
