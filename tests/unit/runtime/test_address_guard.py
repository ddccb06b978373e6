"""Which addresses a partner's host may have."""

from collections.abc import Sequence

import pytest

from runtime.address_guard import AddressForbidden, AddressGuard, HostUnknown

PUBLIC = "93.184.215.14"


def guard(*addresses: str, allowed: Sequence[str] = ()) -> AddressGuard:
    return AddressGuard.of(allowed, lambda _host, _port: addresses)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_permitted(address: str) -> None:
    assert guard(address).addresses("partner.example", 22) == [address]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "0.0.0.0",  # noqa: S104 - nobody binds to it here
        "::",
        "::127.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b:1::a9fe:a9fe",
        "fec0::1",
        "3fff::1",
        "5f00::1",
        "192.88.99.1",
        "192.0.0.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.1.1",
        "169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fc00::1",
        "224.0.0.1",
        "239.1.2.3",
        "ff02::1",
        "ff0e::1",
        "255.255.255.255",
        "240.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::169.254.169.254",
        "64:ff9b::10.0.0.1",
    ],
)
def test_everything_that_may_be_ours_is_forbidden(address: str) -> None:
    with pytest.raises(AddressForbidden) as caught:
        guard(address).addresses("partner.example", 22)
    assert caught.value.address == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("::ffff:127.0.0.1", "127.0.0.0/8"),
        ("::1", "::1/128"),
        ("10.1.2.3", "10.1.0.0/16"),
        ("fd12::1", "fd12::/16"),
    ],
)
def test_an_allowed_network_is_permitted(address: str, network: str) -> None:
    assert guard(address, allowed=[network]).addresses("partner.example", 22) == [address]


def test_an_allowed_network_opens_no_other() -> None:
    with pytest.raises(AddressForbidden):
        guard("10.2.0.1", allowed=["10.1.0.0/16", "::/0"]).addresses("partner.example", 22)


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "169.254.170.2"])
def test_no_setting_opens_the_credentials_of_our_own_instance(address: str) -> None:
    with pytest.raises(AddressForbidden):
        guard(address, allowed=["0.0.0.0/0", "::/0"]).addresses("partner.example", 22)


def test_of_several_addresses_the_permitted_ones_stay_in_their_order() -> None:
    found = guard("10.0.0.1", PUBLIC, "::1", "93.184.215.15").addresses("partner.example", 22)
    assert found == [PUBLIC, "93.184.215.15"]


def test_a_name_is_resolved_once() -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    assert AddressGuard.of([], resolver).addresses("partner.example", 2222) == [PUBLIC]
    assert asked == ["partner.example:2222"]


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_that_does_not_resolve_is_told(error: Exception) -> None:
    def resolver(host: str, port: int) -> Sequence[str]:
        raise error

    with pytest.raises(HostUnknown):
        AddressGuard.of([], resolver).addresses("partner.example", 22)


def test_a_name_without_addresses_is_told() -> None:
    with pytest.raises(HostUnknown):
        guard().addresses("partner.example", 22)


def test_a_network_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="ten dot something"):
        AddressGuard.of(["ten dot something"])
