"""Signatures of Standard Webhooks, and secrets that no database holds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from insurers.webhooks.signing import (
    SecretLost,
    derive_secret,
    fingerprint_of,
    make_salt,
    recover_secret,
    signed_headers,
)

BODY = '{"type":"catalog.published","data":{"catalog":"商保"}}'
OLD, NEW = derive_secret("key", "00" * 32), derive_secret("key", "11" * 32)


def test_the_published_test_vector_is_signed_alike() -> None:
    """The example of the Standard Webhooks libraries."""
    headers = signed_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, UTC),
        body='{"test": 2432232314}',
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_either_secret_verifies_while_one_is_rotated(secret: str) -> None:
    headers = signed_headers([NEW, OLD], message_id="msg_1", at=datetime.now(UTC), body=BODY)

    assert Webhook(secret).verify(BODY, headers)["type"] == "catalog.published"


@pytest.mark.parametrize(
    ("seconds", "body"),
    [
        (-301, BODY),  # replayed after more than five minutes
        (310, BODY),
        (0, BODY + " "),
    ],
)
def test_an_old_or_altered_message_does_not_verify(seconds: int, body: str) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    headers = signed_headers([NEW], message_id="msg_1", at=at, body=BODY)

    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body, headers)


def test_an_instant_is_the_same_in_every_zone() -> None:
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    shanghai = at.astimezone(timezone(timedelta(hours=8)))
    signed = [signed_headers([NEW], message_id="m", at=one, body=BODY) for one in (at, shanghai)]

    assert signed[0]["webhook-timestamp"] == signed[1]["webhook-timestamp"]


def test_a_secret_comes_back_with_the_key_it_was_made_with_and_with_no_other() -> None:
    salt = make_salt()
    secret = derive_secret("key", salt)

    assert recover_secret(["newer key", "key"], salt, fingerprint_of(secret)) == secret
    with pytest.raises(SecretLost):
        recover_secret(["newer key"], salt, fingerprint_of(secret))
    assert secret.startswith("whsec_")
    assert len({derive_secret("key", make_salt()) for _ in range(50)} | {secret}) == 51
