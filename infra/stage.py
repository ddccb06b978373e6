"""Clients for the AWS services of a stage. The local stage is one of them."""

from typing import Any

import boto3
from botocore.config import Config

from infra.local.kept import running_stack
from infra.stacks import read_environment


def stage_client(stage: str, service: str, config: Config | None = None) -> Any:  # noqa: ANN401 - boto3
    """On AWS it has the credentials of whoever calls, and the region of the stage that REGION= of
    make asks for, or its home region. `config` counts on AWS only."""
    region = read_environment(stage).region
    if stage == "local":
        return running_stack().client(service)
    return boto3.client(service, region_name=region, config=config)
