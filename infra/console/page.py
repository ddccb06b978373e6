"""index.html as it is served: it knows the API's address, and where this release's files are."""

import re
from html import escape

STATIC_FOLDER = "/static/"
API = re.compile(r'(<meta name="fileferry-api" content=")(")')
LINK = re.compile(r'((?:href|src)=")/static/')


class PageWrong(Exception):
    """index.html lacks what has to be written into it."""


def served_page(written: str, *, api_url: str, folder: str = STATIC_FOLDER) -> str:
    """`folder` takes the place of /static/ in links. Raises PageWrong."""
    page, metas = API.subn(lambda found: f"{found[1]}{escape(api_url)}{found[2]}", written)
    if metas != 1:
        raise PageWrong(
            f'index.html needs one <meta name="fileferry-api" content="">, not {metas}.'
        )
    page, links = LINK.subn(lambda found: f"{found[1]}{folder}", page)
    if not links or links != written.count(STATIC_FOLDER):
        raise PageWrong(
            'index.html has /static/ elsewhere than at the start of an href="" or src="".'
        )
    return page
