"""Pieces of content: written, versioned, reviewed, published as exactly the version that was approved.

What other domains may use: `pieces.load` and `pieces.read_version`, what these answer (`piece`, `body`), and `texts`
(a piece's texts as a reader or a check wants them).
"""
