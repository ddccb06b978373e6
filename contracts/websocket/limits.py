"""What a client of the WebSocket API can count on, and what it has to keep to."""

MAX_FRAME_BYTES = 32 * 1024  # API Gateway closes a connection (1009) over a larger one
MAX_TRANSFERS = 100  # of one message. With ids and positions as they are, it fits into a frame.
MAX_CONNECTION_SECONDS = 2 * 60 * 60  # API Gateway's, like the next one
MAX_IDLE_SECONDS = 10 * 60  # without a message in either direction
TICKET_SECONDS = 30
MAX_CONNECTIONS = 50  # of a user
MAX_WATCHES = 200  # transfers, lists and conversations on one connection
MAX_SUBSCRIBES, SUBSCRIBES_SECONDS = 20, 10  # on one connection, within so many seconds
MAX_DELTAS_PER_SECOND = 2  # of one transfer on one connection
PING_SECONDS = 5  # of silence, while a watched transfer moves
QUIET_PING_SECONDS = 30  # of silence, otherwise
MAX_ANSWER_AGE_SECONDS = 60  # a piece of an answer that is older is not sent any more
