"""Operations of crm-engine."""
