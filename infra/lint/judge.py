"""All rules over all deployments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from infra.lint.alarms import silent_alarms
from infra.lint.api_access import api_access
from infra.lint.boundaries import unbounded_roles
from infra.lint.callers import refused_calls
from infra.lint.dangling import dangling_arns
from infra.lint.dashboards import blind_dashboards
from infra.lint.deployments import Deployment, elsewhere
from infra.lint.expansion import Expansion, NotExpanded, expand
from infra.lint.finding import Finding
from infra.lint.literals import hard_coded
from infra.lint.loops import recursive_loops
from infra.lint.mappings import refused_mappings
from infra.lint.names import collisions, singletons, too_long, without_account
from infra.lint.neighbours import missing_neighbours
from infra.lint.parameters import refused_values
from infra.lint.physical import name_of, text_of
from infra.lint.references import circles
from infra.lint.resource_settings import biting_settings
from infra.lint.rights import wide_rights
from infra.lint.schema import schema_errors
from infra.lint.sockets import deaf_sockets
from infra.lint.trails import unseen_reads
from infra.lint.unused import unused
from infra.lint.watched import unwatched
from infra.stacks import ONCE

# No region's name is longer, so a name that fits there fits everywhere.
OTHER_REGIONS = ("ap-southeast-2", "ap-northeast-2")
ALONE = (
    *(circles, hard_coded, recursive_loops, refused_mappings, api_access, biting_settings),
    *(unused, deaf_sockets, wide_rights, unbounded_roles),
)
BESIDE_OTHERS = (
    silent_alarms,
    refused_calls,
    dangling_arns,
    unseen_reads,
    unwatched,
    blind_dashboards,
)


@dataclass(frozen=True)
class Deployed:
    """A stack, and the values that earlier stacks of its stage left in SSM."""

    expansion: Expansion
    stored: Mapping[str, str]


def deploy(deployments: Sequence[Deployment]) -> list[Deployed]:
    """Deploys the stacks of one stage in their order."""
    stored: dict[str, str] = {}
    done = []
    for deployment in deployments:
        expansion = expand(deployment, stored)
        done.append(Deployed(expansion, dict(stored)))
        for logical_id, parameter in expansion.of_kind("AWS::SSM::Parameter"):
            stored[name_of(expansion, logical_id)] = text_of(expansion, parameter.get("Value", ""))
    return done


def judge(deployments: Sequence[Deployment]) -> Iterator[Finding]:
    """Takes any number of stages, each in one region or in two. The stacks of one stage and region
    follow each other, in their order.

    If something is not well formed, only that is told, because the other rules need whole
    templates.
    """
    try:
        stages = [_everywhere(stage) for stage in _by_stage(deployments)]
    except NotExpanded as error:
        yield from error.findings
        return
    formal = [
        finding
        for home, _ in stages
        for each in home
        for rule in (refused_values, schema_errors)
        for finding in rule(each.expansion)
    ]
    yield from formal
    if not formal:
        yield from _judge_stages(stages)


def other_region(region: str) -> str:
    return next(other for other in OTHER_REGIONS if other != region)


def _by_stage(deployments: Sequence[Deployment]) -> Iterator[list[Deployment]]:
    for _, stage in groupby(deployments, lambda deployment: (deployment.stage, deployment.region)):
        yield list(stage)


def _everywhere(stage: Sequence[Deployment]) -> tuple[list[Deployed], list[Deployed]]:
    """Deploys the stage in its own region and in another one, where nothing is that an account has
    once."""
    away = [elsewhere(d, other_region(d.region)) for d in stage if d.stack not in ONCE]
    return deploy(stage), deploy(away)


def _judge_stages(
    stages: Sequence[tuple[list[Deployed], list[Deployed]]],
) -> Iterator[Finding]:
    for home, _ in stages:
        stage = [each.expansion for each in home]
        for each in home:
            for rule in ALONE:
                yield from rule(each.expansion)
            for other_rule in BESIDE_OTHERS:
                yield from other_rule(each.expansion, stage)
            yield from missing_neighbours(each.expansion, stage, each.stored)
    here = [each.expansion for home, _ in stages for each in home]
    # Once for each stage: two stays elsewhere of one stage would be one and the same.
    first = {home[0].expansion.deployment.stage: away for home, away in reversed(stages)}
    everywhere = [*here, *(each.expansion for away in first.values() for each in away)]
    for expansion in everywhere:
        yield from too_long(expansion)
        yield from without_account(expansion)
    yield from collisions(everywhere)
    yield from singletons(everywhere)
