"""Talking to the agent: an answer is shown while it is written."""
