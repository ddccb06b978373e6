"""The stages with everything switched on that none of them uses yet.

A template is a promise for these values, too; judged by today's environments alone, what stands
behind a condition would be seen for the first time by whoever switches it on.
"""

from collections.abc import Sequence
from dataclasses import replace

from infra.lint.deployments import Deployment

OPTIONS = {
    "AlarmAddress": "operations@example.com",
    "InVpc": "true",
    "CorsOrigins": "https://files.example.com",
    "OidcClientId": "fileferry",
    "OidcIssuer": "https://login.example.com",
    "S3Endpoint": "https://s3.example.com",
}


def with_every_option(deployments: Sequence[Deployment]) -> list[Deployment]:
    """Of the last stage, which has the most of its own."""
    return [
        replace(each, values={**each.values, **_declared(each)})
        for each in deployments
        if each.stage == deployments[-1].stage
    ]


def _declared(deployment: Deployment) -> dict[str, str]:
    declared = deployment.template.get("Parameters", {})
    return {name: value for name, value in OPTIONS.items() if name in declared}
