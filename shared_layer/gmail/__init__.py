"""Gmail: mailboxes followed by their history, mail taken apart, threads with who owes a reply, search and sending."""
