"""The rules in the templates are exactly the consumers of the catalogue."""

from collections.abc import Iterator
from typing import Any

from contracts.catalogue import CATALOGUE
from infra.stacks import all_stacks

TEMPLATES = {stack.name: stack.completed() for stack in all_stacks() if stack.is_service}
SAM_RULES = {"EventBridgeRule", "CloudWatchEvent"}


def test_every_service_listens_to_exactly_what_the_catalogue_says() -> None:
    assert TEMPLATES
    for service, template in TEMPLATES.items():
        heard = {
            (source, detail_type)
            for _, pattern in _patterns(template)
            for source in pattern["source"]
            for detail_type in pattern["detail-type"]
        }
        assert heard == {
            (spec.source, spec.detail_type) for spec in CATALOGUE if service in spec.consumers
        }, service


def test_every_consumer_is_a_service_with_a_template() -> None:
    assert {name for spec in CATALOGUE for name in spec.consumers} <= set(TEMPLATES)


def test_a_pattern_names_nothing_but_source_and_detail_type() -> None:
    for service, template in TEMPLATES.items():
        for name, pattern in _patterns(template):
            assert set(pattern) == {"source", "detail-type"}, (service, name)


def test_a_rule_is_named_after_the_one_producer_it_listens_to() -> None:
    for template in TEMPLATES.values():
        for name, pattern in _patterns(template):
            [source] = pattern["source"]
            assert name == f"From{source.removeprefix('fileferry.').capitalize()}"


def _patterns(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in template["Resources"].items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::Events::Rule" and "EventPattern" in properties:
            yield name, properties["EventPattern"]
        for own, event in properties.get("Events", {}).items():
            if event["Type"] in SAM_RULES:
                yield own, event["Properties"]["Pattern"]
