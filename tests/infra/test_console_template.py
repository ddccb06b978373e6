"""The console's stack on each stage: who reaches its files, and what browsers are told."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import playwright
import pytest

from infra.console.headers import LocalHeaders, headers_of
from infra.console.web_files import file_for
from infra.lint.deployments import AWS_STAGES
from infra.lint.expansion import Expansion
from infra.lint.physical import text_of
from tests.infra.deployments import optional_expansions, real_expansions

NODE = Path(playwright.__file__).parent / "driver" / "node"  # no machine lacks this one
PATHS = {
    "/": "index.html",
    "/index.html": "index.html",
    "/keeper.js": "keeper.js",
    "/transfers": "index.html",
    "/transfers/": "index.html",
    "/transfers/01JD": "index.html",
    "/partners/acme.example": "index.html",
    "/users/ann%40acme.example": "index.html",
    "/static/0123/app/main.js": "static/0123/app/main.js",
    "/static/vendor/htm.LICENSE": "static/vendor/htm.LICENSE",
    "/static/none": "static/none",
    "/releases/0123/index.html": "index.html",
    "/statics/main.js": "index.html",
    "//evil.example/x.js": "index.html",
    "/..": "..",
}


@cache
def consoles() -> dict[str, Expansion]:
    """By stage. 'options' has a domain of its own."""
    found = {
        each.deployment.stage: each
        for each in real_expansions()
        if each.deployment.stack == "console"
    }
    [found["options"]] = [
        each for each in optional_expansions() if each.deployment.stack == "console"
    ]
    return found


def properties(stage: str, kind: str) -> dict[str, Any]:
    [(_, found)] = consoles()[stage].of_kind(kind)
    return found


def headers(stage: str) -> dict[str, str]:
    policy = properties(stage, "AWS::CloudFront::ResponseHeadersPolicy")
    return headers_of(policy)


def directives(policy: str) -> dict[str, list[str]]:
    return {name: rest for name, *rest in (each.split() for each in policy.split(";"))}


@pytest.mark.parametrize("stage", AWS_STAGES)
def test_a_page_may_run_its_own_files_and_call_the_apis_and_nothing_else(stage: str) -> None:
    told = directives(headers(stage)["Content-Security-Policy"])
    assert told["default-src"] == told["base-uri"] == told["frame-ancestors"] == ["'none'"]
    assert told["script-src"] == told["style-src"] == told["img-src"] == ["'self'"]
    assert told["require-trusted-types-for"] == ["'script'"]
    own, api, socket = told["connect-src"]
    host = "execute-api.eu-central-1.amazonaws.com"
    assert own == "'self'"
    assert api.startswith("https://")
    assert socket.startswith("wss://")
    assert api.endswith(f".{host}")
    assert socket.endswith(f".{host}")
    everything = " ".join(each for words in told.values() for each in words)
    for loose in ("unsafe-", "*", "data:", "blob:", "http://"):
        assert loose not in everything


@pytest.mark.parametrize("stage", AWS_STAGES)
def test_browsers_are_told_to_be_careful(stage: str) -> None:
    told = headers(stage)
    assert told["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Referrer-Policy"] == "no-referrer"
    assert told["Cross-Origin-Opener-Policy"] == "same-origin"
    assert told["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in told["Permissions-Policy"]


@pytest.mark.parametrize("stage", AWS_STAGES)
def test_every_header_of_the_policy_is_sent_locally_too(stage: str) -> None:
    """Except for the addresses they are the same, so tests in a browser judge those of AWS."""
    local = LocalHeaders().at("http://127.0.0.1:4566/restapis/a1/v1", "ws://127.0.0.1:4566/_aws/x")
    aws = headers(stage)
    policy = "Content-Security-Policy"
    assert {**local, policy: ""} == {**aws, policy: ""}
    ours, theirs = directives(local[policy]), directives(aws[policy])
    assert ours.pop("connect-src") == ["'self'", "http://127.0.0.1:4566", "ws://127.0.0.1:4566"]
    del theirs["connect-src"]
    assert ours == theirs
    written = json.dumps(properties(stage, "AWS::CloudFront::ResponseHeadersPolicy"))
    assert written.count('"Override": true') == len(aws)  # none that headers_of does not know


@pytest.mark.parametrize("stage", AWS_STAGES)
def test_only_this_distribution_reads_the_bucket(stage: str) -> None:
    bucket = properties(stage, "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    policy = properties(stage, "AWS::S3::BucketPolicy")["PolicyDocument"]
    [allow] = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    [deny] = [each for each in policy["Statement"] if each["Effect"] == "Deny"]
    assert (allow["Principal"], allow["Action"]) == (
        {"Service": "cloudfront.amazonaws.com"},
        "s3:GetObject",
    )
    source = allow["Condition"]["StringEquals"]["aws:SourceArn"]
    assert text_of(consoles()[stage], source).endswith("111122223333:distribution/Distribution")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    [origin] = distribution(stage)["Origins"]
    assert origin["OriginAccessControlId"] == {"Ref": "OriginAccess"}


def distribution(stage: str) -> dict[str, Any]:
    found: dict[str, Any] = properties(stage, "AWS::CloudFront::Distribution")["DistributionConfig"]
    return found


@pytest.mark.parametrize("stage", [*AWS_STAGES, "options"])
def test_pages_come_encrypted_compressed_and_with_the_headers(stage: str) -> None:
    config = distribution(stage)
    assert config["HttpVersion"] == "http2and3"
    assert config["IPV6Enabled"] is True
    behavior = config["DefaultCacheBehavior"]
    assert "CacheBehaviors" not in config  # another one would be without the headers
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behavior["ResponseHeadersPolicyId"] == {"Ref": "Headers"}
    assert behavior["Compress"] is True
    assert behavior["AllowedMethods"] == ["GET", "HEAD"]


def test_a_domain_of_its_own_comes_with_its_certificate() -> None:
    config = distribution("options")
    assert config["Aliases"] == ["files.example.com"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert stored("options", "url") == "https://files.example.com"
    for stage in AWS_STAGES:
        assert "Aliases" not in distribution(stage)
        assert stored(stage, "url").startswith("https://Distribution.")


def stored(stage: str, name: str) -> str:
    expansion = consoles()[stage]
    [value] = [
        text_of(expansion, parameter["Value"])
        for _, parameter in expansion.of_kind("AWS::SSM::Parameter")
        if parameter["Name"].endswith(f"/console/{name}")
    ]
    return value


def test_cloudfront_and_the_local_server_find_the_same_file() -> None:
    function = properties("prod", "AWS::CloudFront::Function")["FunctionCode"]
    paths = json.dumps(list(PATHS))
    asked = f"{paths}.map((uri) => handler({{request: {{uri}}}}).uri.slice(1))"
    script = f"{function}\nconsole.log(JSON.stringify({asked}));"
    ran = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True)
    assert dict(zip(PATHS, json.loads(ran.stdout), strict=True)) == PATHS
    assert {path: file_for(path) for path in PATHS} == PATHS
