"""What happened on one platform, recorded through its API and played again to the handlers of a local one."""
