"""The context of an invocation."""

from aws_lambda_powertools.utilities.typing import LambdaContext


class Invocation(LambdaContext):
    def __init__(self, remaining_milliseconds: int = 30_000) -> None:
        self._function_name = "fileferry-test-function"
        self._function_version = "7"
        self._memory_limit_in_mb = 512
        self._invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:x"
        self._aws_request_id = "request-1"
        self._remaining_milliseconds = remaining_milliseconds

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override] # static there
        return self._remaining_milliseconds
