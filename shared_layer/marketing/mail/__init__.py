"""A campaign's mails: its set-up, its audience taken, each mail sent once, and the providers that carry them."""
