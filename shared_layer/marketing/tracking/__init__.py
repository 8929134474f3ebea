"""What became of a mail at its reader's: opened, clicked, unsubscribed; by people, as far as can be told."""
