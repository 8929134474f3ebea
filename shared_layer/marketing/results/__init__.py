"""What a campaign came to: rates with their intervals, tests decided by a real test, the second round, the end."""
