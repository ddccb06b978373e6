"""Acts on the domain that several use cases share."""
