"""The API's own documentation. Serves its document, and a page on which to read and to try it."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from runtime.calls import Answer, Call

KEPT = "public, max-age=3600"  # the documentation changes only with a deployment
ASSETS = "aws_lambda_powertools.event_handler.openapi.swagger_ui"
# `url` is relative, so it works with any prefix of a stage. The document is beside this page.
START = """
window.onload = () => SwaggerUIBundle({
  dom_id: "#page", url: "openapi.json", validatorUrl: null, deepLinking: true, filter: true,
  docExpansion: "list", syntaxHighlight: false,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout",
});
"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>FileFerry API</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="page"><p>Reading <a href="openapi.json">openapi.json</a> ...</p></div>
<script>{bundle}</script>
<script>{start}</script>
</body>
</html>
"""


def read_api_document(call: Call[None]) -> Answer:
    return _public(_document())


def read_api_page(call: Call[None]) -> Answer:
    page, policy = _page()
    return _public(page, {"Content-Security-Policy": policy})


def _public(text: str, headers: Mapping[str, str] | None = None) -> Answer:
    """After an hour a browser asks again. The tag lets it learn that nothing changed."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    return Answer(text, headers={"Cache-Control": KEPT, "ETag": tag, **(headers or {})})


@cache
def _document() -> str:
    return files("contracts").joinpath("schemas/api.openapi.json").read_text(encoding="utf-8")


@cache
def _page() -> tuple[str, str]:
    """The page, and the policy that lets only the page's own script and style run."""
    style = _asset("swagger-ui.min.css")
    # In a script element '<!--' could swallow the end tag (HTML, 'Restrictions for contents of
    # script elements'). The replacement means the same in texts and in regular expressions.
    bundle = _asset("swagger-ui-bundle.min.js").replace("<!--", r"\x3c!--")
    policy = (
        "default-src 'none'",
        f"script-src {_hash(bundle)} {_hash(START)}",
        f"style-src {_hash(style)}",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return PAGE.format(style=style, bundle=bundle, start=START), "; ".join(policy)


def _asset(name: str) -> str:
    return files(ASSETS).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
