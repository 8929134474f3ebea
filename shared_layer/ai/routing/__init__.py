"""Which providers a prompt tries, and in which order: by its complexity, the tenant's policy and the learned router."""
