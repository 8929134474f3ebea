"""The environment's variables, each looked at once: in an instance they stay what they were when it started.

`os.environ` encodes, looks up and decodes anew each time, and raises where there is none: a cached AI answer, which
asks twenty times who could answer, took a tenth of its time for that.
"""

from __future__ import annotations

import os
from functools import lru_cache

variable = lru_cache(256)(os.environ.get)
"""The value of a variable, None where it is not set. Tests, which change them, replace this by `os.environ.get`."""
