"""Runs at once all that can run at once: a storm of faults, late workers and overlapping steps.

`python -m tests.storm --minutes 30` runs it for long. tests/unit/transfer/test_storm.py is short.
"""
