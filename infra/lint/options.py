"""A stage with every option switched on, because no stage may use an option yet.

A template promises to work with these values, too. If only today's environments were checked, the
mistakes behind a condition would meet whoever switches it on first.
"""

from collections.abc import Sequence
from dataclasses import replace

from infra.lint.deployments import Deployment

OPTIONS = {
    "ApiProvisioned": "2",
    "AuthorizerProvisioned": "2",
    "AlarmAddress": "operations@example.com",
    "MonthlyBudget": "200",
    "BedrockEndpoint": "https://bedrock.example.com",
    "GuardrailId": "abcd1234efgh",
    "GuardrailVersion": "3",
    "ModelId": "global.anthropic.claude-sonnet-4-6",
    "ModelRegion": "us-east-1",
    "Firewall": "true",
    "InVpc": "true",
    "ManagementEvents": "true",
    "OwnKey": "true",
    "PassiveTo": "0",
    "PrivateEndpoints": "true",
    "ProposalLink": "https://files.example.com/agent/proposals/{id}",
    "TeamsAppId": "0a1b2c3d-1111-4222-8333-444455556666",
    "TeamsTenants": "11111111-0000-4000-8000-000000000001",
    "FlowLogDays": "30",
    "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234",
    "CorsOrigins": "https://files.example.com",
    "DestinationId": "our-own-partner",
    "Domain": "files.example.com",
    "OidcClientId": "fileferry",
    "OidcIssuer": "https://login.example.com",
    "PeerRegion": "ap-southeast-2",
    "LongTurnSeconds": "86400",
    "PermissionsBoundary": "fileferry-pipeline-prod-boundary",
    "ProviderArn": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
    "S3Endpoint": "https://s3.example.com",
}


def with_every_option(deployments: Sequence[Deployment]) -> list[Deployment]:
    """The last stage with every option, because that stage has the most values of its own."""
    return [
        replace(each, values={**each.values, **_declared(each)})
        for each in deployments
        if each.stage == deployments[-1].stage
    ]


def _declared(deployment: Deployment) -> dict[str, str]:
    declared = deployment.template.get("Parameters", {})
    return {name: value for name, value in OPTIONS.items() if name in declared}
