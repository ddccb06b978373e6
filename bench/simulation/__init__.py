"""A day of transfers on a clock that moves by itself: bytes are numbers, and decisions are real.

Who gets a session, who stands in line and gives way, how many lanes a partner gets, how a file is
cut and when something is tried again is decided by the domain of services/transfer.
"""
