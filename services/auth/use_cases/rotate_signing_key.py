"""Leads the signing key through the steps of a rotation."""

from typing import Literal

from services.auth.domain.ports import KeyRotation

Step = Literal["createSecret", "setSecret", "testSecret", "finishSecret"]


def rotate_signing_key(step: Step, secret: str, version: str, *, rotation: KeyRotation) -> None:
    """setSecret does nothing, because no other system needs to be told."""
    if step == "createSecret":
        rotation.create(secret, version)
    elif step == "testSecret":
        rotation.test(secret, version)
    elif step == "finishSecret":
        rotation.finish(secret, version)
