"""The verified cascade: a cheap answer first, checked, and the strong model only where the check fails.

Only what can be checked without running anybody's code is checked: the form of the answer, what the caller says it must
hold, whether the cheap model says the same when it is asked again, and a verifier's yes or no. (Tests of code are not
run: a function has no sandbox for them. A caller that runs its own tests tells the result as feedback.)
"""
