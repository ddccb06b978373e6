"""Protects a stack's tables from being deleted, once the stack stands.

A table that is protected from its first moment on would stay when a first deployment fails. The
next deployment would find its name taken. So no template protects a table. Each deployment does it
at its end, and also when somebody removed the protection by hand.
"""

from collections.abc import Iterator
from typing import Any


def protect_tables(stack_name: str, cloudformation: Any, dynamodb: Any) -> list[str]:  # noqa: ANN401
    """Returns the names of the tables that were not protected before."""
    protected = []
    for table in _tables(stack_name, cloudformation):
        if not dynamodb.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
            protected.append(table)
    return protected


def _tables(stack_name: str, cloudformation: Any) -> Iterator[str]:  # noqa: ANN401
    pages = cloudformation.get_paginator("list_stack_resources")
    for page in pages.paginate(StackName=stack_name):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::DynamoDB::Table":
                yield resource["PhysicalResourceId"]
