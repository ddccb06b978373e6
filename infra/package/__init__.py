"""Builds what is deployed: a service with the contracts, kernel and runtime it was tested with."""
