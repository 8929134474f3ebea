"""The events of the platform, a module each domain. To add one: a model there, its name in `emits` of who stages it."""
