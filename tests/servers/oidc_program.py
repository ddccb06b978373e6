"""A real OpenID Connect provider (Django OAuth Toolkit) as a process of its own.

python -m tests.servers.oidc_program serve FOLDER     # 127.0.0.1 and a free port, in FOLDER/port
python -m tests.servers.oidc_program apply FOLDER     # clients and users as in FOLDER/state.json
"""

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

import django  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings  # type: ignore[import-untyped]
from django.core.management import call_command  # type: ignore[import-untyped]
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # type: ignore[import-untyped]
from django.core.wsgi import get_wsgi_application  # type: ignore[import-untyped]

HOST, SITE = "127.0.0.1", "tests.servers.oidc_site"
APPS = ("auth", "contenttypes", "oauth2_provider")
LOGIN_PAGE = "<form method=post>{% csrf_token %}{{ form }}<button>Log in</button></form>"


def configure(folder: Path) -> None:
    """Its key and its data are in `folder`."""
    settings.configure(
        ALLOWED_HOSTS=[HOST],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "db.sqlite3"}
        },
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        MIGRATION_MODULES=dict.fromkeys(APPS),  # tables at once, not through years of changes
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": _signing_key(folder / "key.pem"),
            "OAUTH2_VALIDATOR_CLASS": f"{SITE}.Validator",
            "SCOPES": {"openid": "who you are", "profile": "name, groups", "email": "address"},
            "PKCE_REQUIRED": True,
            "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,  # S256 only
            "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"],
        },
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],  # it is quick
        ROOT_URLCONF=SITE,
        SECRET_KEY=_signing_key(folder / "key.pem"),
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                    "loaders": [
                        ("django.template.loaders.locmem.Loader", {"login.html": LOGIN_PAGE}),
                        "django.template.loaders.app_directories.Loader",
                    ],
                },
            }
        ],
        USE_TZ=True,
    )
    django.setup()


def apply(state: dict[str, Any]) -> None:
    """Makes clients and users as `state` has them. Those that it does not name stay."""
    # models exist only when the settings do
    from django.contrib.auth.models import Group, User  # type: ignore[import-untyped]
    from oauth2_provider.models import Application  # type: ignore[import-untyped]

    for client in state.get("clients", ()):
        public = client["secret"] is None
        known = {
            "name": client["name"],
            "client_secret": client["secret"] or "",
            "hash_client_secret": False,
            "client_type": "public" if public else "confidential",
            "authorization_grant_type": "authorization-code",
            "redirect_uris": " ".join(client["redirect_uris"]),
            "algorithm": client["algorithm"],
            "skip_authorization": client["skip_consent"],
        }
        Application.objects.update_or_create(client_id=client["client_id"], defaults=known)
    for each in state.get("users", ()):
        user, _ = User.objects.get_or_create(username=each["name"])
        user.email, user.first_name = each["email"], each["full_name"]
        user.last_name = "" if each["email_verified"] else "unverified"
        user.set_password(each["password"])
        user.save()
        user.groups.set([Group.objects.get_or_create(name=name)[0] for name in each["groups"]])


def serve(folder: Path) -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    apply(json.loads((folder / "state.json").read_text()))
    server = ThreadedWSGIServer((HOST, 0), WSGIRequestHandler)
    server.set_app(get_wsgi_application())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ready = folder / "port.new"
    ready.write_text(str(server.server_port))
    ready.rename(folder / "port")
    server.serve_forever(poll_interval=0.05)


def _signing_key(path: Path) -> str:
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        path.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
    return path.read_text()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("act", choices=("serve", "apply"))
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    configure(asked.folder)
    if asked.act == "serve":
        serve(asked.folder)
    else:
        apply(json.loads((asked.folder / "state.json").read_text()))


if __name__ == "__main__":
    main()
