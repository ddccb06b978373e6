"""The pages of the tests' OpenID Connect provider, and its claims about people. Django reads it."""

from typing import Any

from django.contrib.auth.views import LoginView  # type: ignore[import-untyped]
from django.urls import include, path  # type: ignore[import-untyped]
from oauth2_provider.oauth2_validators import OAuth2Validator  # type: ignore[import-untyped]

ALWAYS = frozenset({"sub", "iss", "exp", "auth_time", "jti"})


class Validator(OAuth2Validator):  # type: ignore[misc]
    """Gives e-mail, name and groups. A client called 'lean' gets them only from the userinfo
    endpoint."""

    oidc_claim_scope = OAuth2Validator.oidc_claim_scope | {"groups": "profile"}

    def get_additional_claims(self, request: Any) -> dict[str, Any]:  # noqa: ANN401
        user = request.user
        return {
            "email": user.email,
            "email_verified": user.last_name != "unverified",
            "name": user.first_name,
            "preferred_username": user.username,
            "groups": sorted(group.name for group in user.groups.all()),
        }

    def get_id_token_dictionary(self, *asked: Any) -> Any:  # noqa: ANN401
        claims, expires = super().get_id_token_dictionary(*asked)
        if asked[-1].client.name == "lean":
            claims = {name: value for name, value in claims.items() if name in ALWAYS}
        return claims, expires


urlpatterns = [
    path("accounts/login/", LoginView.as_view(template_name="login.html")),
    path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
