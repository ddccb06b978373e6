"""Looks at addresses with the client that calls them later, which looks again at each call."""

from runtime.guarded_http import GuardedHttp, NotSent
from services.notify.domain.errors import AddressRefused


class GuardedAddressCheck:
    """Implements AddressCheck."""

    def __init__(self, http: GuardedHttp) -> None:
        self._http = http

    def check(self, address: str) -> None:
        try:
            self._http.check(address)
        except NotSent as refused:
            raise AddressRefused(refused.host) from None
