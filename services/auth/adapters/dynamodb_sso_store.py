"""Single sign-ons under way, in DynamoDB. Each row can be taken once."""

from datetime import datetime, timedelta

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import Table, delete, put, row_key
from services.auth.domain.errors import SsoRefused
from services.auth.domain.sso import SsoCode, SsoLogin

LOGIN_LIFETIME = timedelta(minutes=10)  # time to find a second factor
CODE_LIFETIME = timedelta(minutes=1)  # a page redeems it as soon as it is loaded


class DynamoDbSsoStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def keep_login(self, login: SsoLogin) -> None:
        self._keep(_login_key(login.state) | to_item(login), login.begun_at + LOGIN_LIFETIME)

    def take_login(self, state: str, now: datetime) -> SsoLogin | None:
        row = self._take(_login_key(state))
        login = from_item(SsoLogin, row) if row else None
        return login if login and now < login.begun_at + LOGIN_LIFETIME else None

    def keep_code(self, code: SsoCode) -> None:
        row = _code_key(code.code_hash) | to_item(code)
        self._keep(row, code.made_at + CODE_LIFETIME)

    def take_code(self, code_hash: str, now: datetime) -> SsoCode | None:
        row = self._take(_code_key(code_hash))
        code = from_item(SsoCode, row) if row else None
        return code if code and now < code.made_at + CODE_LIFETIME else None

    def _keep(self, row: Item, until: datetime) -> None:
        row |= {"expires_at": to_attribute(epoch_seconds(until))}
        if self._table.write([put(row, "attribute_not_exists(#pk)")], busy=_busy()):
            raise _busy()

    def _take(self, key: Item) -> Item | None:
        row = self._table.read(key)
        if row is None or self._table.write([delete(key, "attribute_exists(#pk)")], busy=_busy()):
            return None
        return row


def _busy() -> SsoRefused:
    return SsoRefused("another request uses the same login at this moment")


def _login_key(state: str) -> Item:
    return row_key(f"SSO#{state}", "LOGIN")


def _code_key(code_hash: str) -> Item:
    return row_key(f"SSO#{code_hash}", "HANDOVER")
