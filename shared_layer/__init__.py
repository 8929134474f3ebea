"""What every function shares. Imports run one way: front_door and domains → ai → messaging → storage → core."""

from shared_layer.core import collector  # noqa: F401 (before all else)
