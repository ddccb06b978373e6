"""What a cache may keep of the API: of a user nothing that another one could be given."""

from tests.integration.auth.deployed import Deployed

PUBLIC = ("/api/openapi.json", "/api/docs")  # the same for everybody
OF_A_USER = ("/api/me", "/api/users/bob")


def test_no_cache_between_may_keep_what_a_user_was_answered(deployed: Deployed) -> None:
    admin = deployed.admin()
    deployed.user(admin, "bob")
    bob = str(deployed.log_in("bob")["access_token"])
    for token in (admin, bob):
        for path in OF_A_USER:
            answer = deployed.api("GET", path, token=token)  # or a refusal
            kept = answer.headers["Cache-Control"]
            assert kept in ("private, no-cache", "no-store"), path
            assert "Authorization" in answer.headers["Vary"]
    for path in PUBLIC:
        assert deployed.api("GET", path).headers["Cache-Control"].startswith("public")


def test_a_tag_of_one_user_is_no_answer_to_another(deployed: Deployed) -> None:
    admin = deployed.admin()
    deployed.user(admin, "bob")
    bob = str(deployed.log_in("bob")["access_token"])
    mine = deployed.api("GET", "/api/me", token=admin)
    known = {"If-None-Match": mine.headers["ETag"]}
    assert deployed.api("GET", "/api/me", token=admin, headers=known).status == 304
    others = deployed.api("GET", "/api/me", token=bob, headers=known)
    assert (others.status, others.body["user"]) == (200, "bob")
    users = deployed.api("GET", "/api/users", token=admin)
    stolen = {"If-None-Match": users.headers["ETag"]}
    assert deployed.api("GET", "/api/users", token=bob, headers=stolen).status == 403
