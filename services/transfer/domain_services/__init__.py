"""What several use cases share: acts on the domain through its ports."""
