"""all-MiniLM-L6-v2 on numpy alone: what a text means, as 384 numbers.

An optional extra (`embeddings` of pyproject.toml: numpy, and the distribution that carries the weights). Nothing here
is imported unless a deployment asks for it; `encoder.load` says what is missing where it is.
"""
