"""What is in the bucket of the console after it was published, and what readers get meanwhile."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from infra.console.publish import KEPT, PublishedMeanwhile, ReleaseUnknown, go_back, prune, publish
from infra.console.site import NotDeployed, Site, site_of
from infra.console.web_files import WebFiles, read_web
from infra.deploy import deploy
from infra.stacks import find_stack
from infra.stage import stage_client

STAGE, API = "dev", "https://a1.execute-api.example/v1"
PAGE = (
    '<meta name="fileferry-api" content=""><link href="/static/style.css">'
    '<script type="module" src="/static/app/main.js"></script>'
)
FILES = WebFiles(
    root={"index.html": PAGE.encode(), "keeper.js": b"let kept;"},
    static={
        "app/main.js": b"import './lines.js';",
        "style.css": b"p {}",
        "icons/ferry.svg": b"<svg/>",
        "letters.woff2": b"wOF2",
    },
)
NOW = datetime.now(UTC)
DISTRIBUTION: dict[str, Any] = {
    "CallerReference": "test",
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [
            {
                "Id": "b",
                "DomainName": "console-files.s3.amazonaws.com",
                "S3OriginConfig": {"OriginAccessIdentity": ""},
            }
        ],
    },
    "DefaultCacheBehavior": {"TargetOriginId": "b", "ViewerProtocolPolicy": "redirect-to-https"},
}


@pytest.fixture
def site() -> Iterator[Site]:
    with mock_aws():
        s3, ssm = stage_client(STAGE, "s3"), stage_client(STAGE, "ssm")
        region = {"LocationConstraint": s3.meta.region_name}
        s3.create_bucket(Bucket="console-files", CreateBucketConfiguration=region)
        made = stage_client(STAGE, "cloudfront").create_distribution(
            DistributionConfig=DISTRIBUTION
        )
        for name, value in {
            "console/bucket/name": "console-files",
            "console/distribution/id": made["Distribution"]["Id"],
            "console/url": "https://console.example",
            "api/rest/url": API,
        }.items():
            ssm.put_parameter(Name=f"/fileferry/{STAGE}/{name}", Value=value, Type="String")
        yield site_of(STAGE)


def changed(number: int) -> WebFiles:
    return WebFiles(FILES.root, {**FILES.static, "app/main.js": f"let a = {number};".encode()})


def keys(site: Site) -> set[str]:
    return {key for key, _ in site.keys("")}


def page(site: Site) -> str:
    return site.get("index.html").decode()


def forgotten(site: Site) -> list[list[str]]:
    """The paths of each invalidation."""
    listed = site.cloudfront.list_invalidations(DistributionId=site.distribution)
    return [
        site.cloudfront.get_invalidation(DistributionId=site.distribution, Id=each["Id"])[
            "Invalidation"
        ]["InvalidationBatch"]["Paths"]["Items"]
        for each in listed["InvalidationList"].get("Items", [])
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("app/main.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icons/ferry.svg", "image/svg+xml"),
        ("letters.woff2", "font/woff2"),
    ],
)
def test_files_of_a_release_never_change_and_have_their_kind(
    site: Site, name: str, kind: str
) -> None:
    release = publish(site, FILES, NOW)
    found = site.s3.get_object(Bucket=site.bucket, Key=f"static/{release}/{name}")
    assert found["ContentType"] == kind
    assert found["CacheControl"] == "public, max-age=31536000, immutable"
    assert found["Body"].read() == FILES.static[name]


def test_the_page_names_its_release_and_the_api_and_is_asked_for_each_time(site: Site) -> None:
    release = publish(site, FILES, NOW)
    assert f'src="/static/{release}/app/main.js"' in page(site)
    assert f'href="/static/{release}/style.css"' in page(site)
    assert f'content="{API}"' in page(site)
    for name, kind in {"index.html": "text/html", "keeper.js": "text/javascript"}.items():
        found = site.s3.head_object(Bucket=site.bucket, Key=name)
        assert found["CacheControl"] == "no-cache"
        assert found["ContentType"] == f"{kind}; charset=utf-8"
    assert forgotten(site) == [["/", "/index.html", "/keeper.js"]]


def test_the_page_changes_when_all_that_it_names_is_there(site: Site) -> None:
    """An upload that breaks off anywhere leaves the page as it was."""
    old = publish(site, FILES, NOW)
    writes = len(publish_until(site, changed(1), 99))
    for broken in range(1, writes):
        publish(site, FILES, NOW)
        publish_until(site, changed(2), broken)
        assert f"/static/{old}/" in page(site), f"write {broken} of {writes}"
    assert publish_until(site, changed(2), writes)[-1] == "index.html"
    assert f"/static/{changed(2).release}/" in page(site)


def publish_until(site: Site, files: WebFiles, broken: int) -> list[str]:
    """Publishes until write number `broken`, whose answer is lost. Returns the keys written."""
    attempted: list[str] = []

    class Breaking:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a client's method
            return getattr(site.s3, name)

        def put_object(self, **request: Any) -> None:  # noqa: ANN401
            attempted.append(request["Key"])
            if len(attempted) == broken:
                site.s3.put_object(**request)
                raise ConnectionError
            site.s3.put_object(**request)

    with suppress(ConnectionError):
        publish(replace(site, s3=Breaking()), files, NOW)
    return attempted


@pytest.mark.parametrize("write", range(1, 3))
def test_two_that_publish_at_once_are_told_unless_one_release_is_there_whole(
    site: Site, write: int
) -> None:
    """The other one does it all just before that write of a file at the root."""
    other = WebFiles({**FILES.root, "keeper.js": b"other", "more.js": b""}, FILES.static)
    roots: list[str] = []

    class Slow:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a client's method
            return getattr(site.s3, name)

        def put_object(self, **request: Any) -> None:  # noqa: ANN401
            if "/" not in request["Key"]:
                roots.append(request["Key"])
                if len(roots) == write:
                    publish(site, other, NOW)
            site.s3.put_object(**request)

    with suppress(PublishedMeanwhile):
        publish(replace(site, s3=Slow()), FILES, NOW)
        assert {name: site.get(name) for name in site.root_names() - {"index.html"}} == {
            "keeper.js": FILES.root["keeper.js"]
        }
        return
    publish(site, FILES, NOW)
    assert site.get("keeper.js") == FILES.root["keeper.js"]


def test_publishing_again_changes_nothing(site: Site) -> None:
    publish(site, FILES, NOW)
    before, text = keys(site), page(site)
    publish(site, FILES, NOW)
    assert (keys(site), page(site)) == (before, text)


def test_any_other_file_is_another_release() -> None:
    others = [
        changed(1),
        WebFiles({**FILES.root, "keeper.js": b""}, FILES.static),
        WebFiles(FILES.root, {**FILES.static, "app/more.js": b""}),
        WebFiles({**FILES.root, "style.css": b"p {}"}, FILES.static),
    ]
    assert len({files.release for files in (FILES, *others)}) == 1 + len(others)


def test_the_last_used_releases_are_kept_and_the_one_in_use(site: Site) -> None:
    first, *later = old_releases(site, KEPT + 2)
    go_back(site, first)
    written(site, first, NOW - timedelta(days=90))  # it is in use since then
    assert prune(site, NOW) == [later[0]]
    assert site.begun_releases() == {first, *later[1:]}


def old_releases(site: Site, number: int) -> list[str]:
    releases = [publish(site, changed(each), NOW) for each in range(number)]
    for each, release in enumerate(releases):
        written(site, release, NOW - timedelta(days=60 - each))
    return releases


def test_pages_of_a_release_that_was_in_use_until_now_still_find_their_files(site: Site) -> None:
    """It may be older than all those that are kept, because somebody had gone back to it."""
    first, *_ = old_releases(site, KEPT + 1)
    go_back(site, first)
    written(site, first, NOW - timedelta(days=60))
    publish(site, changed(99), NOW)
    assert first in site.complete_releases()
    assert f"static/{first}/app/main.js" in keys(site)


@pytest.mark.parametrize("again", [go_back, lambda site, _: publish(site, changed(0), NOW)])
def test_what_somebody_else_brings_back_meanwhile_stays(site: Site, again: Any) -> None:  # noqa: ANN401
    """The other one is just before its page when the oldest release would be removed."""
    oldest, *_ = old_releases(site, KEPT + 2)
    shown: list[str] = []

    class Elsewhere:
        """The page is not shown before the pruning is over."""

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a client's method
            return getattr(site.s3, name)

        def put_object(self, **request: Any) -> None:  # noqa: ANN401
            if request["Key"] == "index.html":
                raise ConnectionError
            site.s3.put_object(**request)

    class Meanwhile(Elsewhere):
        def head_object(self, **request: Any) -> Any:  # noqa: ANN401
            if not shown:
                shown.append(oldest)
                with suppress(ConnectionError):
                    again(replace(site, s3=Elsewhere()), oldest)
            return site.s3.head_object(**request)

    prune(replace(site, s3=Meanwhile()), NOW)
    assert oldest in site.complete_releases()
    assert f"static/{oldest}/app/main.js" in keys(site)


def test_what_was_written_today_stays(site: Site) -> None:
    """Another deployment may be writing it, or its page may still be open."""
    releases = {publish(site, changed(number), NOW) for number in range(KEPT + 2)}
    assert prune(site, NOW + timedelta(hours=20)) == []
    assert site.begun_releases() == releases


def written(site: Site, release: str, at: datetime) -> None:
    """Lets moto say that the release was written then."""
    for key, there in s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[site.bucket].keys.items():
        if f"/{release}/" in key:
            there.last_modified = at.replace(tzinfo=None)


def test_the_rest_of_a_broken_upload_goes_after_a_day(site: Site) -> None:
    publish(site, FILES, NOW)
    publish_until(site, changed(1), 2)
    assert prune(site, NOW) == []
    assert prune(site, NOW + timedelta(days=2)) == [changed(1).release]


def test_an_older_release_comes_back_whole_and_calls_the_present_api(site: Site) -> None:
    old = publish(site, FILES, NOW)
    newer = WebFiles({**FILES.root, "keeper.js": b"new", "more.js": b""}, FILES.static)
    publish(site, newer, NOW)
    go_back(replace(site, api_url="https://b2.example/v1"), old)
    assert f"/static/{old}/" in page(site)
    assert 'content="https://b2.example/v1"' in page(site)
    assert site.get("keeper.js") == FILES.root["keeper.js"]
    assert site.root_names() == {"index.html", "keeper.js"}
    assert ["/", "/index.html", "/keeper.js", "/more.js"] in forgotten(site)
    assert site.release_in_use() == old


def test_nobody_goes_back_to_what_is_not_complete(site: Site) -> None:
    there = publish(site, FILES, NOW)
    publish_until(site, changed(1), len(FILES.static) + 1)  # before its index.html
    with pytest.raises(ReleaseUnknown, match=there):
        go_back(site, changed(1).release)


@pytest.mark.parametrize(("sam", "code"), [("true", 0), ("false", 1)])
def test_a_deployment_publishes_web_after_its_stack(site: Site, sam: str, code: int) -> None:
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    stage_client(STAGE, "cloudformation").create_stack(
        StackName="fileferry-dev-console", TemplateBody=json.dumps(topic)
    )
    assert deploy(find_stack("console"), STAGE, sam, "") == code
    assert site.release_in_use() == ("" if code else read_web().release)


def test_a_stage_without_the_stack_says_what_to_deploy() -> None:
    with mock_aws(), pytest.raises(NotDeployed, match="Deploy console first"):
        site_of("staging")
