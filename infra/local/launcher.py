"""Starts MiniStack with corrections where it differs from AWS in what the services rely on.

Each correction says what AWS does. The version and every changed place are checked first. So
another release of MiniStack stops here, and does not run half corrected.
"""

import importlib.metadata
import json
import sys
from collections import defaultdict
from contextvars import ContextVar
from pathlib import Path
from threading import Semaphore
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import awscrt.checksums
import ministack.core.lambda_runtime as runtime
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as functions
import ministack.services.s3 as s3
import ministack.services.stepfunctions as workflows
from ministack.app import main

from infra.local.alarm_corrections import correct_alarms
from infra.local.anchors import expect
from infra.local.forks import fork_functions
from infra.local.gateway_corrections import correct_gateway
from infra.local.query_corrections import read_key_conditions_once
from infra.local.queue_corrections import redrive_dead_letters
from infra.local.real_bedrock import credentials_for
from infra.local.secret_corrections import rotate_by_function
from infra.local.websocket_corrections import correct_websockets
from infra.local.websocket_limits import set_limits, throttle_routes
from infra.local.workflow_corrections import version_workflows

WRITTEN_FOR = "1.5.33"
LOG_WAITS = (0.003, 0.003, 0.250)  # seconds: first line, quiet after a line, at most
PROCESSES = 4  # of one short function at once
HTTP_OK = 200
SHORT_SECONDS = 60  # a function that may run longer, such as a lane, does not wait for others
ERROR_ANSWER = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
RAISED_ANSWER = (
    '{"status": "ok", "result": {"__handler_error__": {"errorMessage": str(e), '
    '"errorType": type(e).__name__, "stackTrace": traceback.format_tb(e.__traceback__)}, '
    '"trace": traceback.format_exc()}}'
)
WORKER_START = "    init = json.loads(sys.stdin.readline())\n"
ENDS_WITH_PARENT = """
    import threading
    parent = os.getppid()
    def _end_with_parent():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
"""


def change_worker_script() -> None:
    script: str = runtime._PYTHON_WORKER_SCRIPT
    expect(script.count(ERROR_ANSWER) == 1, "the worker's answer to an exception moved")
    expect(script.count(WORKER_START) == 1, "the worker's start moved")
    script = script.replace(ERROR_ANSWER, RAISED_ANSWER)
    runtime._PYTHON_WORKER_SCRIPT = script.replace(WORKER_START, WORKER_START + ENDS_WITH_PARENT)


def keep_errors_class() -> None:
    """The errorType is the class of the raised exception, so that Retry and Catch match by name.
    The execution environment lives on.
    """
    execute = functions._execute_function_warm

    def answer(func: Any, event: Any, request_id: str) -> Any:  # noqa: ANN401
        result = execute(func, event, request_id)
        body = result.get("body")
        if isinstance(body, dict) and "__handler_error__" in body:
            log = "\n".join(filter(None, [result.get("log", ""), body["trace"]]))
            return {"body": body["__handler_error__"], "error": True, "log": log}
        return result

    functions._execute_function_warm = answer


def start_few_processes() -> None:
    """AWS starts an environment for each call at once. Here a burst would start a hundred processes
    on a few cores. So the calls of a short function share a few processes, and wait for them.
    """
    execute = functions._execute_function_warm
    turns: defaultdict[str, Semaphore] = defaultdict(lambda: Semaphore(PROCESSES))

    def in_turn(func: Any, event: Any, request_id: str) -> Any:  # noqa: ANN401
        config = func.get("config") or func
        if config.get("Timeout", 0) > SHORT_SECONDS:
            return execute(func, event, request_id)
        with turns[config.get("FunctionName", "unknown")]:
            return execute(func, event, request_id)

    functions._execute_function_warm = in_turn


def give_model_credentials() -> None:
    """The agent's function reaches Amazon Bedrock with the credentials that `make up` was given. No
    other function has them."""
    spawn = runtime.Worker._spawn

    def spawn_with_credentials(worker: Any) -> Any:  # noqa: ANN401
        more = credentials_for(worker.config.get("FunctionName", ""), Path.home())
        if more:
            known = worker.config.get("Environment", {}).get("Variables", {})
            worker.config = {**worker.config, "Environment": {"Variables": {**known, **more}}}
        return spawn(worker)

    runtime.Worker._spawn = spawn_with_credentials


def retry_rule_targets() -> None:
    """EventBridge calls a function asynchronously. It retries twice, and then the event goes to the
    dead-letter queue."""
    expect(callable(eventbridge._dispatch_to_lambda), "EventBridge's call of functions moved")

    def dispatch(arn: str, payload: str) -> None:
        func, config, name = functions._get_func_record_for_ref(arn)
        if not func or not config:
            eventbridge.logger.warning("EventBridge -> Lambda: function %s not found", name)
            return
        record = functions._execution_record_for_config(func, config)
        functions.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._dispatch_to_lambda = dispatch


def fail_tasks_with_their_function() -> None:
    """When a function raises, its `.waitForTaskToken` task fails at once. Stock MiniStack waits for
    the token for ever.
    """
    call_function, wait_for_answer = workflows._call_lambda, workflows._invoke_with_callback
    token: ContextVar[str | None] = ContextVar("token", default=None)

    def call(func_ref: str, event: Any) -> Any:  # noqa: ANN401
        try:
            return call_function(func_ref, event)
        except workflows._ExecutionError as error:
            waiting = workflows._task_tokens.get(token.get())
            if waiting and not waiting["event"].is_set():
                waiting["error"] = {"Error": error.error, "Cause": error.cause}
                waiting["event"].set()
            raise

    def wait(resource: str, parameters: Any, task_token: str, state: Any) -> Any:  # noqa: ANN401
        before = token.set(task_token)
        try:
            return wait_for_answer(resource, parameters, task_token, state)
        finally:
            token.reset(before)

    workflows._call_lambda, workflows._invoke_with_callback = call, wait


def end_idle_workers() -> None:
    """The last idle environment of a function ends, too. Each deployment publishes a new version,
    and the environments of old versions would otherwise stay for ever.
    """
    reap = functions.reap_idle_workers

    def reap_all(ttl: float | None = None) -> int:
        ended: int = reap(ttl)
        limit = runtime._LOCAL_WORKER_TTL if ttl is None else ttl
        with runtime._lock:
            doomed = [
                (key, worker)
                for key, workers in runtime._workers.items()
                for worker in workers
                if not worker.in_use and runtime.time.time() - worker.last_used > limit
            ]
            for key, worker in doomed:
                runtime._workers[key].remove(worker)
        runtime.kill_workers([worker for _, worker in doomed])
        return ended + len(doomed)

    functions.reap_idle_workers = reap_all


def list_checksums_of_parts() -> None:
    """GetObjectAttributes lists the parts of an object with their checksums. Stock MiniStack lists
    only their sizes.
    """
    complete, list_parts = s3._complete_multipart_upload, s3._append_object_parts
    uploads = s3._multipart_uploads

    def keep(bucket: str, key: str, body: bytes, query: Any, headers: Any = None) -> Any:  # noqa: ANN401
        upload = uploads.get(s3._qp(query, "uploadId"))
        answer = complete(bucket, key, body, query, headers)
        if upload and answer[0] == HTTP_OK:
            for part in s3._ensure_bucket(bucket)["objects"][key]["parts"]:
                part["Checksums"] = upload["parts"][part["PartNumber"]].get("checksums", {})
        return answer

    def tell(root: Element, record: Any, headers: Any) -> None:  # noqa: ANN401
        list_parts(root, record, headers)
        known = {str(part["PartNumber"]): part for part in record.get("parts") or []}
        for listed in root.iterfind("ObjectParts/Part"):
            part = known[listed.findtext("PartNumber", "")]
            for algorithm, value in part.get("Checksums", {}).items():
                SubElement(listed, f"Checksum{algorithm}").text = value

    s3._complete_multipart_upload, s3._append_object_parts = keep, tell


def start() -> None:
    version = importlib.metadata.version("ministack")
    expect(version == WRITTEN_FOR, f"ministack is {version}, not {WRITTEN_FOR}")
    change_worker_script()
    fork_functions()
    keep_errors_class()
    start_few_processes()
    give_model_credentials()
    retry_rule_targets()
    fail_tasks_with_their_function()
    end_idle_workers()
    list_checksums_of_parts()
    correct_gateway()
    correct_websockets()
    set_limits()
    throttle_routes()
    rotate_by_function()
    version_workflows()
    redrive_dead_letters()
    read_key_conditions_once()
    correct_alarms()
    waits = runtime.Worker._drain_stderr_bounded
    expect(len(waits.__defaults__) == len(LOG_WAITS), "the wait for log lines moved")
    waits.__defaults__ = LOG_WAITS  # no fixed 50 ms for a handler that logs nothing
    expect(callable(s3._crc32c) and callable(s3._crc64nvme), "S3's checksums moved")
    s3._crc32c = awscrt.checksums.crc32c  # in C, because pure Python does 5 MB/s
    s3._crc64nvme = awscrt.checksums.crc64nvme
    sys.argv[1:] = []
    main()


if __name__ == "__main__":
    start()
