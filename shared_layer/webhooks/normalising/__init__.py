"""What providers' events mean to the platform: payments, leads, changes of code. What means nothing is kept."""
