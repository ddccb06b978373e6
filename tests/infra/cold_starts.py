"""A function's first call in a fresh interpreter, up to the point where it would call AWS."""

from collections.abc import Sequence

# The parts of its wiring that each function's most common call uses.
FUNCTIONS: dict[tuple[str, str], Sequence[str]] = {
    ("agent", "api"): (
        *("ports.conversations", "ports.budget", "ports.model", "ports.access", "ports.stream"),
        "tools",
    ),
    ("auth", "authorizer"): ("ports.tokens", "ports.sessions", "ports.users"),
    ("auth", "api"): ("ports.attempts", "ports.users", "ports.passwords", "ports.tokens"),
    ("auth", "publish_outbox"): ("outbox", "bus"),
    ("transfer", "api"): ("ports.destinations", "ports.transfers"),
    ("transfer", "publish_outbox"): ("outbox", "ports.bus"),
    ("transfer", "consumer"): ("sqs", "ports.workflow"),
    ("transfer", "workflow_step"): ("ports.transfers", "ports.readers", "ports.sftp_partners"),
    ("transfer", "lane_worker"): (
        *("ports.ledger", "ports.readers", "ports.partners", "ports.sftp_partners", "ports.crcs"),
    ),
}
# Arguments: folders to import from, separated by ':', service, handler, what it uses. Prints the
# CPU seconds of the import and of the rest, and the modules.
START = """
import importlib, operator, sys, time
sys.path[:0] = sys.argv[1].split(":")
service, handler, *used = sys.argv[2:]
begin = time.process_time()
importlib.import_module(f"services.{service}.handlers.{handler}")
imported = time.process_time()
from runtime.telemetry import logger, metrics, tracer
logger(), metrics(), tracer()
wires = importlib.import_module(f"services.{service}.wiring").build()
operator.attrgetter(*used)(wires)
print(imported - begin, time.process_time() - imported, *sys.modules)
"""
SETTINGS = (
    *("STAGE", "EVENT_BUS_NAME", "AUTH_TABLE", "SIGNING_SECRET_ID", "TRANSFERS_TABLE"),
    *("WEBSOCKET_URL", "LANE_QUEUE_URL", "LONG_LANE_QUEUE_URL", "STATE_MACHINE_ARN"),
    *("READER_ROLE_ARN", "SECRET_PREFIX", "AGENT_TABLE", "MODEL_ID"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
)
ENVIRONMENT = dict.fromkeys(SETTINGS, "arn:aws:for:a:cold:start") | {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "API_URL": "https://api.example.com",
    "LAMBDA_TASK_ROOT": "/var/task",  # traces are on there only
    "POWERTOOLS_METRICS_NAMESPACE": "FileFerry",
}


def start(function: tuple[str, str], folders: str) -> list[str]:
    """The part of a command line behind the interpreter and its options."""
    return ["-c", START, folders, *function, *FUNCTIONS[function]]
