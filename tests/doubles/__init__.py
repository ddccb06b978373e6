"""Servers of others, as processes with modes: what they do wrong is asked for."""
