"""Gmail: a tenant's mailboxes."""
