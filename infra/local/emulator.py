"""The environment of the local stack's programs, and how to reach these programs."""

import os
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

HOST = "127.0.0.1"


def program_environment(state_dir: Path, region: str, port: int) -> dict[str, str]:
    """Of the caller's environment only PATH is passed on. MiniStack hands all of it to the
    functions."""
    tmp = state_dir / "tmp"
    tmp.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(state_dir),
        "LANG": "C.UTF-8",
        "TMPDIR": str(tmp),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "MINISTACK_REGION": region,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "SFTP_ENABLED": "0",  # it would open more ports
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": f"unix://{state_dir}/no-docker",  # never touch containers that are not ours
        "POWERTOOLS_TRACE_DISABLED": "true",  # there is no X-Ray daemon
    }


def aws_client(service: str, endpoint: str, region: str) -> Any:  # noqa: ANN401 - boto3 has no types
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator's
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 2}),
    )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - http on loopback
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
