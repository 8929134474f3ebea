"""Page audits: what keeps a page from being found, clicked and read, each finding with its reason and its fix."""
