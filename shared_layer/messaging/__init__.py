"""Events: their envelope, their types, and the unit of work that stages them with the writes they tell of."""
