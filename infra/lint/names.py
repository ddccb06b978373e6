"""Finds names that are too long, and names that two deployments both want."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra.lint.catalogue import KINDS, SINGLETONS, Scope
from infra.lint.expansion import ACCOUNT, Expansion
from infra.lint.finding import Finding
from infra.lint.physical import given_name, name_of, texts_of


@dataclass(frozen=True)
class Claim:
    """A resource that wants a name for itself."""

    expansion: Expansion
    logical_id: str

    @property
    def kind(self) -> str:
        return str(self.expansion.resources[self.logical_id]["Type"])

    @property
    def deployed(self) -> str:
        return self.expansion.deployment.name

    @property
    def region(self) -> str:
        return self.expansion.deployment.region

    def finding(self, rule: str, message: str) -> Finding:
        return self.expansion.finding(rule, self.logical_id, message)


ONCE = "one account has it once: make it in one stack that is deployed in one region"
ADVICE = {"AWS::IAM::OIDCProvider": ONCE}  # where the name is not ours to choose


def claims(expansion: Expansion) -> Iterator[tuple[Claim, str]]:
    """The claims of all resources that were given a name. Names that CloudFormation makes up never
    collide."""
    for logical_id, resource in expansion.resources.items():
        kind = KINDS.get(resource["Type"])
        if kind and given_name(kind, resource.get("Properties", {})):
            yield Claim(expansion, logical_id), name_of(expansion, logical_id)


def too_long(expansion: Expansion) -> Iterator[Finding]:
    for claim, name in claims(expansion):
        kind = KINDS[claim.kind]
        if len(name) > kind.longest:
            yield claim.finding(
                "length",
                f"{kind.named_by} {name!r} has {len(name)} characters in {claim.region};"
                f" AWS takes {kind.longest}. Shorten it.",
            )


def without_account(expansion: Expansion) -> Iterator[Finding]:
    """Names that somebody else's account may have already."""
    for claim, name in claims(expansion):
        if KINDS[claim.kind].scope is Scope.WORLD and ACCOUNT not in name:
            yield claim.finding(
                "world",
                f"{KINDS[claim.kind].named_by} {name!r} has to be alone in all accounts: put"
                " ${AWS::AccountId} into it, or let CloudFormation make the name.",
            )


def addresses(expansions: Sequence[Expansion]) -> Iterator[Finding]:
    """A domain that two distributions want. CloudFront gives it to one in the whole world."""
    wanted: dict[str, list[Claim]] = defaultdict(list)
    for expansion in expansions:
        for logical_id, properties in expansion.of_kind("AWS::CloudFront::Distribution"):
            config = properties.get("DistributionConfig", {})
            for alias in texts_of(expansion, config.get("Aliases", [])):
                wanted[alias].append(Claim(expansion, logical_id))
    for alias, rivals in wanted.items():
        if len({(claim.deployed, claim.region, claim.logical_id) for claim in rivals}) > 1:
            regions = ", ".join(sorted({claim.region for claim in rivals}))
            for claim in rivals:
                yield claim.finding(
                    "address",
                    f"Several distributions want the domain {alias!r} (deployed in {regions}), and"
                    " CloudFront gives it to one: each stage and region needs its own.",
                )


def collisions(expansions: Sequence[Expansion]) -> Iterator[Finding]:
    """Names that two stacks, stages or regions of one account both want."""
    wanted: dict[tuple[str, str, str], list[Claim]] = defaultdict(list)
    for expansion in expansions:
        for claim, name in claims(expansion):
            if KINDS[claim.kind].scope is Scope.PARENT:
                continue
            place = claim.region if KINDS[claim.kind].scope is Scope.REGION else ""
            wanted[claim.kind, name, place].append(claim)
    for (_, name, _), rivals in wanted.items():
        for claim in rivals:
            yield from _collisions_of(claim, name, rivals)
    yield from addresses(expansions)


def _collisions_of(claim: Claim, name: str, rivals: Sequence[Claim]) -> Iterator[Finding]:
    kind = KINDS[claim.kind]
    what = f"{kind.named_by} {name!r}"
    stage, stack = claim.expansion.deployment.stage, claim.expansion.deployment.stack
    others = [other.expansion.deployment for other in rivals if other.deployed != claim.deployed]
    if any(other.stage != stage for other in others):
        yield claim.finding(
            "stages",
            f"{what} is the same on every one of these stages, which may share an account:"
            f" {ADVICE.get(claim.kind, 'put ${Stage} into it')}.",
        )
    if any(other.region != claim.region for other in rivals if other.deployed == claim.deployed):
        yield claim.finding(
            "regions",
            f"{what} is the same in every region, but has to be alone in {kind.scope.value}:"
            f" {ADVICE.get(claim.kind, 'put ${AWS::Region} into it')}.",
        )
    for other in rivals:
        same = other.expansion.deployment
        if (same.stage, same.region) != (stage, claim.region):
            continue
        if (same.stack, other.logical_id) != (stack, claim.logical_id):
            yield claim.finding(
                "twice", f"{what} is also that of {same.stack}/{other.logical_id}: rename one."
            )


def singletons(expansions: Sequence[Expansion]) -> Iterator[Finding]:
    """Resources that an account has once in each region, although more than one stack sets them."""
    wanted: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for expansion in expansions:
        for logical_id, resource in expansion.resources.items():
            if resource["Type"] in SINGLETONS:
                claim = Claim(expansion, logical_id)
                wanted[claim.kind, claim.region].append(claim)
    for (kind, _), rivals in wanted.items():
        if len({(claim.deployed, claim.logical_id) for claim in rivals}) > 1:
            for claim in rivals:
                yield claim.finding(
                    "singleton",
                    f"An account has one {kind} in each region, and several stacks would set it:"
                    " move it to a stack that all stages share.",
                )
