"""What operators do with the two regions of a stage (docs/runbooks/failover.md)."""
