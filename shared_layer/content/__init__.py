"""Pieces of content: written, versioned, reviewed, published as exactly the version that was approved.

What other domains may use: `texts` (a piece's texts as a reader or a check wants them) and `pieces.read_version`.
"""
