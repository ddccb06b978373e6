"""Checkov over the templates as AWS gets them, and why what it finds is no fault."""
