"""Operations of aso-engine."""
