"""A function's archive: its file, the modules and distributions that its import graph reaches, and nothing else."""
