"""The tools that read, by what they look at."""
