"""Whether providers are well: a breaker for each, shared by all instances, and the probe that moves it."""
