"""Puts the console's files where CloudFront reads them, or puts an older release back.

    python -m infra.console.publish --stage dev                      publishes web/
    python -m infra.console.publish --stage dev --release 0123...    what was published before

`make deploy-console` does the first after it has deployed the stack. Both can be repeated. Who
loads the page meanwhile gets one release, whole: index.html changes last, and names the files of
its own.
"""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from infra.console.page import served_page
from infra.console.site import ASK_EACH_TIME, FOR_EVER, RELEASES, NotDeployed, Site, site_of
from infra.console.web_files import PAGE, STATIC, WebFiles, read_web
from infra.lint.deployments import AWS_STAGES

KEPT = 5  # releases that one can go back to, and that pages which are open still load from
# since it was used last: another deployment may be writing it, or a page of it is still open
LEFT_ALONE = timedelta(days=1)


class ReleaseUnknown(Exception):
    """There is no such release to go back to. The message names those that there are."""


class PublishedMeanwhile(Exception):
    """Somebody else published at the same time, so files of two releases may be mixed."""


def publish(site: Site, files: WebFiles, now: datetime) -> str:
    """Returns the release. Raises PublishedMeanwhile."""
    release = files.release
    for name, content in files.static.items():
        site.put(f"{STATIC}/{release}/{name}", content, FOR_EVER)
    for name, content in _page_last(files.root):
        site.put(f"{RELEASES}/{release}/{name}", content, ASK_EACH_TIME)
    _show(site, release, files.root)
    prune(site, now)
    return release


def go_back(site: Site, release: str) -> None:
    """The release calls the API at its present address. Raises ReleaseUnknown,
    PublishedMeanwhile."""
    known = site.complete_releases()
    if release not in known:
        there = ", ".join(known) or "none"
        raise ReleaseUnknown(
            f"There is no release {release!r}; there are, last used first: {there}."
        )
    folder = f"{RELEASES}/{release}/"
    _show(site, release, {key.removeprefix(folder): site.get(key) for key, _ in site.keys(folder)})


def prune(site: Site, now: datetime) -> list[str]:
    """Removes old releases and the rest of broken uploads. Returns which."""
    old = site.begun_releases().difference(site.complete_releases()[:KEPT])
    removed = []
    for release in sorted(old):
        # Both are asked each time, in this order: somebody may go back to it meanwhile.
        if release != site.release_in_use() and now - site.last_used(release) >= LEFT_ALONE:
            site.remove(release)
            removed.append(release)
    return removed


def _show(site: Site, release: str, root: Mapping[str, bytes]) -> None:
    """From here on the release is what people get."""
    page = served_page(
        root[PAGE].decode(), api_url=site.api_url, folder=f"/{STATIC}/{release}/"
    ).encode()
    site.keep_from_now(site.release_in_use(), release)
    for name, content in _page_last({**root, PAGE: page}):
        site.put(name, content, ASK_EACH_TIME, release)
    gone = site.root_names() - root.keys()
    for name in gone:
        site.delete(name)
    site.forget_copies(["/", *(f"/{name}" for name in sorted(root.keys() | gone))])
    if {name: site.release_of(name) for name in site.root_names()} != dict.fromkeys(root, release):
        raise PublishedMeanwhile(
            "Somebody else published the console at the same time. Do it once more, one of you."
        )


def _page_last(root: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    return sorted(root.items(), key=lambda each: each[0] == PAGE)


def publish_web(stage: str) -> None:
    """What web/ has now. Raises NotDeployed, PublishedMeanwhile."""
    site = site_of(stage)
    before = site.release_in_use()
    release = publish(site, read_web(), datetime.now(UTC))
    again = "published again" if release == before else f"published; before it was {before or '-'}"
    print(f"Console {site.address}: release {release} {again}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", choices=AWS_STAGES, required=True)
    parser.add_argument("--release", help="one that was published before")
    given = parser.parse_args()
    try:
        if given.release is None:
            publish_web(given.stage)
        else:
            go_back(site := site_of(given.stage), given.release)
            print(f"Console {site.address}: release {given.release} is back")
    except (NotDeployed, PublishedMeanwhile, ReleaseUnknown) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
