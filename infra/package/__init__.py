"""Builds what is deployed: a service, and the contracts, kernel and runtime that it needs."""
