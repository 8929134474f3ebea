"""Audiences: segments as trees of rules over contacts and what passed between them and us."""
