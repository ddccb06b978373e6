"""What crosses a service boundary, and nothing else: events, HTTP models and routes."""
