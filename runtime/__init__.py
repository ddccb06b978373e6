"""Thin plumbing between AWS Lambda and a service's handlers. It knows no business concepts."""
