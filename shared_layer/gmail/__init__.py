"""Gmail: mailboxes followed by their history, mail taken apart, threads with who owes a reply, search and sending.

What other domains may use: `sending` (a mail to send, staged for the handler that sends it).
"""
