"""What every function shares. Imports run one way: front_door and domains → ai → messaging → storage → core."""
