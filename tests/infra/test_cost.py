"""docs/cost.md and docs/scale.md are what prices, counts and templates say today."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bench.control_plane import Bench, hot_keys
from infra.cost.counts import FigureMissing, read_counts
from infra.cost.loads import Load, Loads
from infra.cost.ours import Bill, total
from infra.cost.pages import pages, stale, write
from infra.cost.prices import PriceUnknown, read_prices
from infra.cost.quotas import read_quotas
from infra.cost.scale_page import THEN
from infra.cost.stage import ScheduleUnknown, Stage, runs_a_month, stage_of, stages
from infra.cost.tags import BILLED, FREE, without_tags
from infra.lint.options import with_every_option
from tests.infra.deployments import expansion, expansions, real_deployments

DRIFT = 0.1  # of a count, before the pages have to be made of new ones


def bill_of(stage: Stage) -> Bill:
    return Bill(stage, read_counts(), read_prices())


@cache
def prod(**values: str) -> Stage:
    """With other values of parameters."""
    deployments = [
        replace(each, values={**each.values, **values})
        for each in real_deployments()
        if each.stage == "prod"
    ]
    return stages(deployments)["prod"]


def test_the_pages_are_what_prices_counts_and_templates_say() -> None:
    assert not stale(), "run `make cost`"


def test_a_page_that_somebody_edited_is_stale(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    assert stale(tmp_path) == list(pages())
    write(tmp_path)
    assert stale(tmp_path) == []
    page = tmp_path / "docs" / "cost.md"
    page.write_text(page.read_text().replace("400.00", "390.00"))
    assert stale(tmp_path) == [Path("docs/cost.md")]


def test_more_memory_in_the_template_costs_more() -> None:
    as_it_is, larger = bill_of(prod()), bill_of(prod(LaneWorkerMemory="3538"))
    for lanes in (1, 4):
        before, after = (each.terabyte(lanes)[0].usd for each in (as_it_is, larger))
        assert after == pytest.approx(2 * before)
    assert larger.small(1_000)[0].usd > as_it_is.small(1_000)[0].usd
    assert total(larger.terabyte(1, container=True)) == total(as_it_is.terabyte(1, container=True))


def test_what_is_kept_ready_and_gateways_are_paid_while_idle() -> None:
    def idle(**values: str) -> float:
        return total(bill_of(prod(**values)).idle())

    hour, hours = read_prices(), 730
    gigabyte = hour.usd("lambda_arm_provisioned_gb_second", hours * 3_600)
    assert idle(AuthorizerProvisioned="3") - idle() == pytest.approx(3 * gigabyte)  # 1,024 MB
    gateways = 2 * hours * (hour.usd("nat_hour") + hour.usd("address_hour"))
    assert idle(InVpc="true") - idle() == pytest.approx(gateways)


def test_an_alarm_is_paid_for_each_metric_it_reads() -> None:
    stat = {"MetricStat": {"Metric": {"Namespace": "FileFerry/dev", "MetricName": "M"}}}
    other = {"MetricStat": {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"}}}
    alarms = {
        "Sum": {"Metrics": [{"Id": "sum", "Expression": "SUM(METRICS())"}, stat, other, other]},
        "Plain": {"Namespace": "AWS/SQS", "MetricName": "Age"},
    }
    found = {
        name: {"Type": "AWS::CloudWatch::Alarm", "Properties": each}
        for name, each in alarms.items()
    }
    stage = stage_of("dev", [expansion(found)])
    assert (stage.alarm_metrics, stage.own_metrics) == (4, 1)


@pytest.mark.parametrize(("chunks", "lanes"), [(1, 1), (1_000, 1), (1_000, 4)])
def test_the_counts_are_still_what_the_bench_counts(chunks: int, lanes: int) -> None:
    written, found = read_counts().row(chunks, lanes), Bench(chunks, lanes).run()
    pairs = {
        "write units": (written.write_units, found.write_units),
        "read units": (written.read_units, found.read_units),
        "SQS": (written.sqs_requests, found.sqs),
        "events": (written.events, found.events),
        "transitions": (written.transitions, found.transitions),
    }
    for what, (was, now) in pairs.items():
        again = "run bench.control_plane, write its rows into docs/performance.md, `make cost`"
        assert now == pytest.approx(was, rel=DRIFT), f"{what}: {again}"


def test_the_units_of_hot_keys_are_still_what_the_bench_counts() -> None:
    written = read_counts().keys
    for place, chunks in enumerate((1, 1_000)):
        bench = Bench(chunks, lanes=4)
        bench.run()
        for name, found in hot_keys(bench).items():
            assert found == pytest.approx(written[name][place], rel=DRIFT), (name, chunks)


def loads_of(stage: Stage) -> list[Load]:
    return Loads(stage, read_counts(), read_quotas()).small()


def test_what_bites_first_stands_first_and_a_parameter_moves_it() -> None:
    as_it_is = loads_of(prod())
    assert as_it_is[0].then == "api_rate"
    assert as_it_is[0].a_second == 10  # 20 requests a second, two for a transfer
    assert [each.a_second for each in as_it_is] == sorted(each.a_second for each in as_it_is)
    stage, numbers = prod(), prod().numbers
    raised = loads_of(replace(stage, numbers={**numbers, "ThrottleRate": 2_000.0}))
    assert raised[0].then == "new_table_writes"
    fewer = loads_of(replace(stage, numbers={**numbers, "LaneConcurrency": 40.0}))
    assert {each.then: each.a_second for each in fewer}["workers"] == 40


def test_of_every_limit_the_page_says_what_then() -> None:
    assert {each.then for each in loads_of(prod())} == set(THEN)


def test_what_is_reserved_needs_a_quota_that_a_new_account_lacks() -> None:
    stage, quotas = prod(), read_quotas()
    told = Loads(stage, read_counts(), quotas).concurrency()
    kept = [each.reserved for each in stage.functions if each.reserved]
    assert int(told["needed"]) == sum(kept) + 100 > quotas["lambda_new_account"].most


def test_a_figure_that_the_page_lost_is_missed(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    text = Path("docs/performance.md").read_text(encoding="utf-8")
    for lost, told in [
        ("| calls of | operation |", "calls of"),
        ("Functions: transfer", "Functions: transfer 14"),
        ("one lane 531 MB/s", "one lane moves"),
        ("RTT 0 ms, 4 GB", "no figure for"),
    ]:
        page.write_text(text.replace(lost, "gone"))
        with pytest.raises(FigureMissing, match=told):
            read_counts(page)
    with pytest.raises(FigureMissing, match="--chunks 7 --lanes 2"):
        read_counts().row(7, 2)


def test_traffic_is_paid_tier_by_tier() -> None:
    months = {5_000: 450.0, 10_000: 900.0, 160_000: 900 + 3_400 + 7_000 + 500.0}
    for gigabytes, usd in months.items():
        assert read_prices().traffic_usd(gigabytes) == pytest.approx(usd)


@pytest.mark.parametrize(
    ("was", "wrong", "told"),
    [
        ('page = "sqs"', 'page = "nowhere"', "page 'nowhere' is none of"),
        ("usd = 0.40e-6", "usd = 0", "usd is 0"),
        ("up_to_gb = 50_000", "up_to_gb = 5_000", "5000 GB ends no tier"),
    ],
)
def test_a_price_that_cannot_be_one_is_refused(
    tmp_path: Path, was: str, wrong: str, told: str
) -> None:
    text = Path("infra/cost/prices.toml").read_text(encoding="utf-8")
    path = tmp_path / "prices.toml"
    path.write_text(text.replace(was, wrong, 1))
    assert path.read_text() != text
    with pytest.raises(PriceUnknown, match=told):
        read_prices(path)
    with pytest.raises(PriceUnknown, match="no price 'gold'"):
        read_prices().usd("gold")


def test_a_schedule_runs_so_often_in_a_month() -> None:
    assert runs_a_month("rate(1 minute)") == 43_800
    assert runs_a_month("rate(12 hours)") == pytest.approx(730 / 12)
    with pytest.raises(ScheduleUnknown, match=r"at\(noon\)"):
        runs_a_month("at(noon)")


def test_what_has_no_tag_of_a_stack_is_known_and_told() -> None:
    """A new kind that no stack's tag reaches belongs into BILLED or FREE (infra/cost/tags.py)."""
    kept = with_every_option(real_deployments())
    found = without_tags([stage_of("prod", expansions(*kept))])
    assert found == {*BILLED, *FREE}
