"""What the steps of the workflows do, a module each. Only whoever runs steps imports these."""
