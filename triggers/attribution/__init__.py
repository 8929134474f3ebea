"""Triggers of attribution-coordinator: journeys, conversions by payment and deal, the night's snapshot."""
