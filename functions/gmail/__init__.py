"""Operations of gmail-intelligence-service."""
