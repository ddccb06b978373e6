"""The headers of the ResponseHeadersPolicy, as CloudFront would send them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.lint.resolve import Known, resolved
from infra.templates import read_template

TEMPLATE = Path(__file__).with_name("template.yaml")
POLICY = "Headers"  # its logical id in the template


def headers_of(policy: Mapping[str, Any]) -> dict[str, str]:
    """`policy` are the properties of an AWS::CloudFront::ResponseHeadersPolicy, expanded."""
    config = policy["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    transport = security["StrictTransportSecurity"]
    subdomains = "; includeSubDomains" if transport["IncludeSubdomains"] else ""
    return {
        "Content-Security-Policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "Strict-Transport-Security": f"max-age={transport['AccessControlMaxAgeSec']}{subdomains}",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        **{each["Header"]: each["Value"] for each in config["CustomHeadersConfig"]["Items"]},
    }


class LocalHeaders:
    """Those of the template with the addresses of a local stack. Reads the template once."""

    def __init__(self) -> None:
        template = read_template(TEMPLATE)
        self._policy = template["Resources"][POLICY]["Properties"]

    def at(self, api_url: str, websocket_url: str) -> dict[str, str]:
        known = Known({"ApiUrl": api_url, "WebSocketUrl": websocket_url})
        return headers_of(resolved(self._policy, known))
