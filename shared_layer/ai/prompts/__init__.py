"""What is asked: a prompt, what its caller knows of a right answer, and how it is written with fewer tokens."""
