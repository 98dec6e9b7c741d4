"""The embedded broker: passwords, and that a queued message outlives a kill -9."""

import os
import signal

import pytest
import redis


def test_a_queued_message_outlives_kill_9_of_everything(hold):
    held = hold()
    redis.Redis.from_url(held.said["redis_url"]).lpush("queue", "job 7")
    # appendfsync everysec is about power cuts; a killed process loses nothing that was answered.
    for pid in (held.said["broker"], held.process.pid):
        os.kill(pid, signal.SIGKILL)
    held.process.wait(10)

    assert redis.Redis.from_url(hold().said["redis_url"]).lrange("queue", 0, -1) == [b"job 7"]


def test_nobody_comes_in_without_the_password(hold):
    port = int(hold().said["redis_url"].rpartition(":")[2].partition("/")[0])

    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()


def test_its_password_is_for_the_owner_of_the_folder_only(hold, data):
    hold()

    assert (data / "broker" / "broker.conf").stat().st_mode & 0o077 == 0
