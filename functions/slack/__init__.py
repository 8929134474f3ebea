"""Operations of slack-intelligence-service."""
