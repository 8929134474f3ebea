"""Which records are one person or company: blocked, compared field by field, weighed, and clustered.

record → block keys      what shares none is never compared, so the work grows with the duplicates
       → levels          how alike each field is: same, nearly, somewhat, hardly, different, or not known
       → weights         added up, each with its reason (Fellegi and Sunter, J. Am. Stat. Assoc. 64, 1969)
       → clusters        by mean weight, so that a chain of likenesses does not join its ends
"""
