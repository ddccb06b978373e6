"""How a change gets from GitHub to a stage (docs/releasing.md)."""
