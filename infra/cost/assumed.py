"""What nobody could measure without an AWS account. docs/cost.md says each of them."""

SMALL_FUNCTION_SECONDS = 0.1  # of a small function, warm
SWEEP_SECONDS = 0.2  # of a sweep that finds nothing: a query or two
SMALL_LANE_SECONDS = 1.0  # of the lane of a small file: some ten round trips of a login and a file
API_REQUESTS = 2  # for one transfer: its POST, and one look
S3_CALLS = 3  # of a small file: HEAD, its checksums, and the bytes
LOG_BYTES = 1_500  # of one call of a function: START, END, REPORT, and one or two lines of ours
WATCHERS_FUNCTIONS = 2  # for one event of the progress: the consumer and the fan-out
POLLS_A_MINUTE = 15  # of an idle queue: Lambda keeps five long polls of 20 seconds
AGENT_CALLS = 4  # of the model, for one question: it looks at three things, and answers
AGENT_READ = 4_000  # tokens in each: rules and tools, the conversation, what tools told
AGENT_WRITTEN = 200  # tokens in each
FILES_A_CALL = 10  # paths of one StartFileTransfer
CONNECTOR_BYTES_PER_SECOND = 50e6  # of all connectors of an account
CONNECTOR_FILE_BYTES = 150 * 2**30  # the largest file of a connector
CONNECTOR_HOURS = 12  # of one file
