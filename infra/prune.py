"""Removes versions of functions and workflows, and copies of an API, that nobody needs any more.

python -m infra.prune STACK --stage STAGE     `make deploy-<stack>` does it by itself

SAM makes a version with each release and keeps all of them, but an account may hold only 75 GB of
code, and a workflow 1,000 versions. What a rollback may go back to stays.
"""

import argparse
import sys
from collections.abc import Collection, Iterator
from functools import partial

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from infra.releases.history import History, forget_old
from infra.releases.pointers import ApiStage, Clients, WorkflowAlias, pointers_of
from infra.stacks import STAGES, Stack, stack_argument
from infra.stage import stage_client

KEPT = 3  # the newest stay in any case, because one that was just made has no alias yet
LATEST = "$LATEST"


class PruneIncomplete(Exception):
    """The message says which versions are still there, and why."""


def prune(stack: Stack, stage: str, clients: Clients | None = None) -> int:
    """Returns how many versions were removed. May be run repeatedly. Raises PruneIncomplete."""
    name, clients = stack.deployed_name(stage), clients or partial(stage_client, stage)
    client = clients("lambda")
    removed, refused = 0, []
    wanted = wanted_versions(stack, stage, clients("ssm"))
    for pointer in pointers_of(name, clients):
        if isinstance(pointer, WorkflowAlias | ApiStage):
            removed += pointer.remove_others(wanted.get(pointer.name, set()))
    for function in functions_of(name, clients("cloudformation")):
        for version in unused_versions(function, client, wanted.get(function, set())):
            try:
                client.delete_function(FunctionName=function, Qualifier=version)
                removed += 1
            except client.exceptions.ResourceNotFoundException:
                pass  # somebody else was faster
            except ClientError as error:
                refused.append(f"  {function}:{version}: {error}")
    if refused:
        raise PruneIncomplete(f"{name}: old versions are still there.\n" + "\n".join(refused))
    return removed


def functions_of(stack_name: str, cloudformation: BaseClient) -> list[str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    return [
        each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
        if each["ResourceType"] == "AWS::Lambda::Function"
    ]


def wanted_versions(stack: Stack, stage: str, ssm: BaseClient) -> dict[str, set[str]]:
    """Of the releases that a rollback may go back to, by the pointer's name."""
    wanted: dict[str, set[str]] = {}
    for release in forget_old(History(stack, stage, ssm)):
        for name, version in release.versions.items():
            wanted.setdefault(name, set()).add(version)
    return wanted


def unused_versions(function: str, client: BaseClient, wanted: Collection[str] = ()) -> list[str]:
    """Oldest first, without the newest ones and those that are wanted. Aliases are read last. An
    alias that moves meanwhile moves to a new version. Besides, Lambda removes no version that an
    alias names."""
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    versions = {each["Version"] for page in pages for each in page["Versions"]} - {LATEST}
    oldest_first = sorted(versions, key=int)
    kept = {*wanted, *_named_versions(function, client)}
    return [each for each in oldest_first[:-KEPT] if each not in kept]


def _named_versions(function: str, client: BaseClient) -> Iterator[str]:
    """The versions that an alias sends calls to, also those with a canary's share of them."""
    for page in client.get_paginator("list_aliases").paginate(FunctionName=function):
        for alias in page["Aliases"]:
            yield alias["FunctionVersion"]
            yield from alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack", type=stack_argument)
    parser.add_argument("--stage", choices=STAGES, required=True)
    given = parser.parse_args()
    try:
        print(f"{prune(given.stack, given.stage)} old versions removed")
    except PruneIncomplete as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
