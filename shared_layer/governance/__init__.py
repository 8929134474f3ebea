"""What is recorded, who may do what, and what becomes of personal data."""
