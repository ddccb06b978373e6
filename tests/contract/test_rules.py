"""The rules deliver the events that the catalogue names and that the service's consumer acts on."""

import pytest

from contracts.catalogue import CATALOGUE
from tests.contract.listeners import acted_on, listeners
from tests.infra.resources import SERVICES, resources

NAMES = [stack.name for stack in SERVICES]
CONSUMERS = sorted({name for spec in CATALOGUE for name in spec.consumers})
each_consumer = pytest.mark.parametrize("service", CONSUMERS)


@pytest.mark.parametrize("service", NAMES)
def test_every_service_listens_to_exactly_what_the_catalogue_says(service: str) -> None:
    heard = [each for listener in listeners(service) for each in listener.events]
    assert len(heard) == len(set(heard)), "an event comes by two rules"
    assert set(heard) == {
        (spec.source, spec.detail_type) for spec in CATALOGUE if service in spec.consumers
    }


def test_every_consumer_is_a_service_with_a_template() -> None:
    assert CONSUMERS
    assert set(CONSUMERS) <= set(NAMES)


@each_consumer
def test_a_consumer_acts_on_exactly_what_its_rules_bring(service: str) -> None:
    assert acted_on(service) == {each for found in listeners(service) for each in found.events}


@each_consumer
def test_all_rules_of_a_service_fill_one_queue_of_one_consumer(service: str) -> None:
    found = list(listeners(service))
    assert len({each.queue.logical_id for each in found}) == 1
    for each in found:
        assert (
            each.function.properties["Handler"] == f"services.{service}.handlers.consumer.handler"
        )
        assert each.mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@each_consumer
def test_a_pattern_names_nothing_but_source_and_detail_type(service: str) -> None:
    for listener in listeners(service):
        assert set(listener.pattern) == {"source", "detail-type"}, listener.rule


def test_no_function_has_a_rule_of_its_own() -> None:
    """SAM's `Events` would lead past the queue, and past these tests."""
    for function in resources("AWS::Serverless::Function"):
        kinds = {event["Type"] for event in function.properties.get("Events", {}).values()}
        assert not kinds & {"EventBridgeRule", "CloudWatchEvent"}, function
