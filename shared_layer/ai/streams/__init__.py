"""Streamed answers: a stream opened, passed on, read by many, gone on with by another provider where it breaks.

streaming → flight (one for all who ask the same) → beginning → openings → relay → leg (what one provider contributes)
"""
