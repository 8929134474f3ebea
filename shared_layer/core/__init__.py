"""Plain things without input or output: errors, ids, time, JSON, the declaration of a function."""
