"""What the rules bring is what the catalogue says and what the service's consumer acts on."""

import pytest

from contracts.catalogue import CATALOGUE
from tests.contract.listeners import HANDLER, consumes, listeners
from tests.contract.templates import resources, service_templates

CONSUMERS = sorted({name for spec in CATALOGUE for name in spec.consumers})
each_consumer = pytest.mark.parametrize("service", CONSUMERS)


def test_every_service_listens_to_exactly_what_the_catalogue_says() -> None:
    for service in service_templates():
        heard = [each for listener in listeners(service) for each in listener.detail_types]
        assert len(heard) == len(set(heard)), f"{service} hears an event by two rules"
        assert set(heard) == {
            (spec.source, spec.detail_type) for spec in CATALOGUE if service in spec.consumers
        }, service


def test_every_consumer_is_a_service_with_a_template() -> None:
    assert set(CONSUMERS) <= set(service_templates())


@each_consumer
def test_a_consumer_acts_on_exactly_what_its_rules_bring(service: str) -> None:
    brought = {each for listener in listeners(service) for each in listener.detail_types}
    assert consumes(service) == brought


@each_consumer
def test_all_rules_of_a_service_fill_one_queue_of_one_consumer(service: str) -> None:
    found = list(listeners(service))
    assert len({each.queue for each in found}) == 1
    for each in found:
        assert each.function["Handler"] == HANDLER.format(service=service)
        assert each.mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_pattern_names_nothing_but_source_and_detail_type() -> None:
    for service in CONSUMERS:
        for listener in listeners(service):
            assert set(listener.pattern) == {"source", "detail-type"}, listener.rule


def test_no_function_has_a_rule_of_its_own() -> None:
    """SAM's `Events` would be one past the queue, and past these tests."""
    for template in service_templates().values():
        for function in resources(template, "AWS::Serverless::Function").values():
            kinds = {event["Type"] for event in function.get("Events", {}).values()}
            assert not kinds & {"EventBridgeRule", "CloudWatchEvent"}
