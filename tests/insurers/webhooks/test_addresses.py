"""Where a webhook may go: the list of RELIABILITY A31, and its near misses."""

import ipaddress

import pytest

from insurers.webhooks.addresses import Forbidden, is_public, loopback_addresses, parse_target, public_addresses


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_inside_is_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "223.255.255.255",
        "2606:4700::1111",
        "2400:3200::1",
    ],
)
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "not_https"),
        ("ftp://example.com/", "not_https"),
        ("file:///etc/passwd", "bad_url"),
        ("example.com", "bad_url"),
        ("", "bad_url"),
        ("https://", "bad_url"),
        ("https://user@example.com/", "bad_url"),
        ("https://example.com@127.0.0.1/", "bad_url"),
        ("https://example.com/#part", "bad_url"),
        ("https://example.com/#", "bad_url"),
        ("https://example.com\\@127.0.0.1/", "bad_url"),
        ("https://exa mple.com/", "bad_url"),
        ("https://example.com/\r\nX: y", "bad_url"),
        ("https://例子.中国/", "bad_url"),
        ("https://example.com:0/", "bad_port"),
        ("https://example.com:22/", "bad_port"),
        ("https://example.com:1023/", "bad_port"),
        ("https://example.com:65536/", "bad_url"),
        ("https://example.com:x/", "bad_url"),
        ("https://" + "a" * 2000 + ".com/", "bad_url"),
        ("https://localhost/", "bad_address"),
        ("https://www.localhost/", "bad_address"),
        ("https://metadata.google.internal/", "bad_address"),
        ("https://printer.local/", "bad_address"),
        ("https://intranet/", "bad_address"),
        ("https://example.com./", "bad_address"),
        ("https://127.0.0.1/", "bad_address"),
        ("https://[::1]/", "bad_address"),
        ("https://[::ffff:127.0.0.1]/", "bad_address"),
        ("https://[::ffff:7f00:1]/", "bad_address"),
        ("https://[fe80::1%25eth0]/", "bad_address"),
        ("https://169.254.169.254/latest/meta-data", "bad_address"),
        ("https://10.1.2.3/", "bad_address"),
        ("https://100.64.0.1/", "bad_address"),
        ("https://2130706433/", "bad_address"),
        ("https://0x7f000001/", "bad_address"),
        ("https://0x7f.0.0.1/", "bad_address"),
        ("https://0177.0.0.1/", "bad_address"),
        ("https://127.1/", "bad_address"),
        ("https://8.8.8.08/", "bad_address"),
        ("https://134744072/", "bad_address"),
        ("https://127.0.0.0x1/", "bad_address"),
        ("https://１２７.0.0.1/", "bad_url"),
    ],
)
def test_a_url_that_could_lead_inside_is_refused_with_its_reason(url: str, code: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        parse_target(url)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://Hooks.Example.com", "hooks.example.com", 443, "/", "hooks.example.com"),
        ("https://hooks.example.com:8443/a/b?c=d@e", "hooks.example.com", 8443, "/a/b?c=d@e", "hooks.example.com:8443"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/", "8.8.8.8"),
        ("https://[2606:4700::1111]:1024/", "2606:4700::1111", 1024, "/", "[2606:4700::1111]:1024"),
        ("https://xn--fsqu00a.xn--fiqs8s/", "xn--fsqu00a.xn--fiqs8s", 443, "/", "xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_a_public_url_is_taken_apart(url: str, host: str, port: int, path: str, authority: str) -> None:
    target = parse_target(url)

    assert (target.host, target.port, target.path, target.authority) == (host, port, path, authority)
    assert target.secure


@pytest.mark.parametrize(
    "answers",
    [[], ["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["2606:4700::1111", "::1"], ["not an address"], ["8.8.8.8", ""]],
)
def test_one_address_that_is_not_public_spoils_them_all(answers: list[str]) -> None:
    with pytest.raises(Forbidden):
        public_addresses(answers)


def test_loopback_is_reached_only_where_a_test_says_so() -> None:
    with pytest.raises(Forbidden):
        parse_target("http://127.0.0.1:8000/")
    assert parse_target("http://127.0.0.1:8000/", may_reach_loopback=True).secure is False
    for other in ("http://10.0.0.1/", "https://127.0.0.1/", "http://127.0.0.1.example.com/"):
        with pytest.raises(Forbidden):
            parse_target(other, may_reach_loopback=True)
    with pytest.raises(Forbidden):
        loopback_addresses(["8.8.8.8"])
