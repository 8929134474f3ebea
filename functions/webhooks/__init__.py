"""Functions of webhook-service: signed calls from other systems, and to them."""
