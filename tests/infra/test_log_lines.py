"""Every line that was logged is read, however many there are."""

import pytest

from infra.local.log_lines import PAGE, log_lines
from tests.servers.emulator import emulator

pytestmark = pytest.mark.slow

GROUP, STREAM = "/fileferry/local/many", "one"
BEGIN_MS, A_MILLISECOND = 1_700_000_000_000, 7  # so many lines


def test_more_lines_than_one_answer_holds_are_read_in_order(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    count = 2 * PAGE + 5
    with emulator(tmp_path_factory.mktemp("emulator")) as running:
        logs = running.client("logs")
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
        written = [
            {"timestamp": BEGIN_MS + number // A_MILLISECOND, "message": f"line {number}"}
            for number in range(count)
        ]
        for first in range(0, count, 5_000):
            part = written[first : first + 5_000]
            logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=part)
        found = log_lines(logs, 0)
        assert [line.text for line in found] == [each["message"] for each in written]
        later = BEGIN_MS + PAGE // A_MILLISECOND
        assert len(log_lines(logs, later)) == count - PAGE // A_MILLISECOND * A_MILLISECOND
