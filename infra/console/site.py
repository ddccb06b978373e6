"""The console of one stage on AWS: its bucket, its distribution, and the releases in it.

static/<release>/...     files that never change, so browsers keep them
releases/<release>/...   the other files of the release; index.html last, so it is complete then. It
                         is written again when the release comes into use, and when it goes
index.html, keeper.js    those of the release in use
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from infra.console.web_files import PAGE, STATIC, kind_of
from infra.stage import stage_client

RELEASES = "releases"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class NotDeployed(Exception):
    """The stack of the console, or one before it, is not there."""


@dataclass(frozen=True)
class Site:
    """`address` is for people."""

    bucket: str
    distribution: str
    address: str
    api_url: str
    s3: Any
    cloudfront: Any

    def put(self, key: str, content: bytes, cache: str, release: str = "") -> None:
        self.s3.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=content,
            ContentType=kind_of(key),
            CacheControl=cache,
            Metadata={"release": release} if release else {},
        )

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=self.bucket, Key=key)

    def get(self, key: str) -> bytes:
        found = self.s3.get_object(Bucket=self.bucket, Key=key)
        content: bytes = found["Body"].read()
        return content

    def release_in_use(self) -> str:
        """Empty before the first one."""
        return self.release_of(PAGE)

    def release_of(self, name: str) -> str:
        """That of a file at the root. Empty where there is no such file."""
        try:
            found = self.s3.head_object(Bucket=self.bucket, Key=name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return ""
            raise
        return str(found["Metadata"].get("release", ""))

    def complete_releases(self) -> list[str]:
        """The last used first."""
        written = {
            key.split("/")[1]: at
            for key, at in self.keys(f"{RELEASES}/")
            if key.count("/") == 2 and key.endswith(f"/{PAGE}")
        }
        return sorted(written, key=lambda release: written[release], reverse=True)

    def begun_releases(self) -> set[str]:
        """All that have files, also incomplete ones."""
        return {
            key.split("/")[1] for each in (STATIC, RELEASES) for key, _ in self.keys(f"{each}/")
        }

    def last_used(self, release: str) -> datetime:
        """When a file of it was written last."""
        folders = (f"{STATIC}/{release}/", f"{RELEASES}/{release}/")
        return max((at for each in folders for _, at in self.keys(each)), default=LONG_AGO)

    def keep_from_now(self, *releases: str) -> None:
        """Writes anew, in this order, what tells when each was used last. Those that are not
        complete are left out."""
        complete = self.complete_releases()
        for key in (f"{RELEASES}/{each}/{PAGE}" for each in releases if each in complete):
            self.put(key, self.get(key), ASK_EACH_TIME)

    def remove(self, release: str) -> None:
        """What says that it is complete goes first, so that nobody goes back to half of it."""
        self.delete(f"{RELEASES}/{release}/{PAGE}")
        for folder in (RELEASES, STATIC):
            for key, _ in self.keys(f"{folder}/{release}/"):
                self.delete(key)

    def root_names(self) -> set[str]:
        return {key for key, _ in self.keys("", "/")}

    def keys(self, prefix: str, delimiter: str = "") -> Iterator[tuple[str, datetime]]:
        """(key, when it was written)"""
        pages = self.s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix, Delimiter=delimiter):
            for each in page.get("Contents", []):
                yield each["Key"], each["LastModified"]

    def forget_copies(self, paths: list[str]) -> None:
        """CloudFront asks the bucket again for these."""
        self.cloudfront.create_invalidation(
            DistributionId=self.distribution,
            InvalidationBatch={
                "Paths": {"Quantity": len(paths), "Items": paths},
                "CallerReference": str(uuid4()),
            },
        )


def site_of(stage: str) -> Site:
    """Raises NotDeployed."""
    ssm = stage_client(stage, "ssm")

    def stored(name: str) -> str:
        place = f"/fileferry/{stage}/{name}"
        try:
            return str(ssm.get_parameter(Name=place)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            raise NotDeployed(
                f"SSM has nothing at {place}. Deploy {name.split('/')[0]} first."
            ) from None

    return Site(
        bucket=stored("console/bucket/name"),
        distribution=stored("console/distribution/id"),
        address=stored("console/url"),
        api_url=stored("api/rest/url"),
        s3=stage_client(stage, "s3"),
        cloudfront=stage_client(stage, "cloudfront"),
    )
