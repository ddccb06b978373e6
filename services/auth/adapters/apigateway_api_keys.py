"""One API key for each user, in the usage plan that limits the calls of each user."""

import secrets
from typing import Any

from services.auth.domain.user import ApiKey

VALUE_BYTES = 24  # API Gateway wants 20 to 128 characters
TAG = "fileferry:user-key"  # its value is the stage; the policies of our roles allow no other keys


class ApiGatewayApiKeys:
    """Implements ApiKeys. Without a usage plan there are no keys."""

    def __init__(self, client: Any, stage: str, usage_plan_id: str) -> None:
        self._client, self._stage, self._plan = client, stage, usage_plan_id

    def create(self, user: str) -> ApiKey | None:
        if not self._plan:
            return None
        name, value = f"fileferry-{self._stage}-{user}", secrets.token_hex(VALUE_BYTES)
        made = self._client.create_api_key(
            name=name, value=value, enabled=True, tags={TAG: self._stage}
        )
        key = ApiKey(made["id"], value)
        try:
            self._client.create_usage_plan_key(
                usagePlanId=self._plan, keyId=key.id, keyType="API_KEY"
            )
        except Exception:
            self.remove(key)  # a key outside the plan would only use up the account's quota of keys
            raise
        return key

    def remove(self, key: ApiKey) -> None:
        try:
            self._client.delete_api_key(apiKey=key.id)
        except self._client.exceptions.NotFoundException:
            return
