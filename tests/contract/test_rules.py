"""The rules in the templates are exactly the consumers of the catalogue."""

from collections.abc import Iterator
from typing import Any

from contracts.catalogue import CATALOGUE
from tests.contract.templates import resources, service_templates

SAM_RULES = {"EventBridgeRule", "CloudWatchEvent"}


def test_every_service_listens_to_exactly_what_the_catalogue_says() -> None:
    for service, template in service_templates().items():
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
    assert {name for spec in CATALOGUE for name in spec.consumers} <= set(service_templates())


def test_a_pattern_names_nothing_but_source_and_detail_type() -> None:
    for service, template in service_templates().items():
        for name, pattern in _patterns(template):
            assert set(pattern) == {"source", "detail-type"}, (service, name)


def test_a_rule_is_named_after_its_event() -> None:
    for template in service_templates().values():
        for name, pattern in _patterns(template):
            assert [f"On{each.split('.')[0]}" for each in pattern["detail-type"]] == [name]


def _patterns(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, rule in resources(template, "AWS::Events::Rule").items():
        if "EventPattern" in rule:
            yield name, rule["EventPattern"]
    for function in resources(template, "AWS::Serverless::Function").values():
        for name, event in function.get("Events", {}).items():
            if event["Type"] in SAM_RULES:
                yield name, event["Properties"]["Pattern"]
