"""Telling applications what happened: endpoints, the queue of deliveries, and the message itself."""
