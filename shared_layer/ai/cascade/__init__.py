"""The verified cascade: a cheap answer first, checked, and the strong model only where the check fails.

Checked are the form of the answer, what the caller says it must hold, its code against tests that the caller gives (in
a sandbox: shared_layer/ai/sandbox), whether the cheap model says the same when it is asked again, and a verifier's yes
or no.
"""
