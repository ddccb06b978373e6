"""Builds what is deployed: a service with the contracts and the runtime it was tested with."""
