"""What AWS Transfer Family's SFTP connectors cost for the same files, and where they end."""

from infra.cost import assumed
from infra.cost.ours import GIGABYTE, HOUR, TERABYTE, Line
from infra.cost.prices import Prices


def small(size_bytes: int, prices: Prices, *, files: int, a_call: int) -> list[Line]:
    calls, gigabytes = files / a_call, files * size_bytes / GIGABYTE
    return [
        Line("Calls", prices.usd("connector_call", calls), f"{a_call} files each"),
        Line("Bytes", prices.usd("connector_gb", gigabytes), f"{gigabytes:g} GB"),
        Line("Traffic out", prices.traffic_usd(gigabytes), f"{gigabytes:g} GB"),
    ]


def terabyte(prices: Prices) -> list[Line]:
    """As few files as a connector takes."""
    files = least_files(TERABYTE)
    return [
        Line("Calls", prices.usd("connector_call"), f"{files} files in one call"),
        Line("Bytes", prices.usd("connector_gb", TERABYTE / GIGABYTE), "1,000 GB"),
    ]


def least_files(size_bytes: float) -> int:
    return int(-(-size_bytes // assumed.CONNECTOR_FILE_BYTES))


def terabyte_hours() -> float:
    return TERABYTE / assumed.CONNECTOR_BYTES_PER_SECOND / HOUR
