"""Thin plumbing between AWS Lambda and a service's handlers; it knows no business noun."""
