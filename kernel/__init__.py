"""Concepts that all services share. Imports only the standard library, and nothing else of ours."""
