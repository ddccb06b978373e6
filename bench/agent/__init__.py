"""Golden conversations with the agent, and what must be true when they are over."""
