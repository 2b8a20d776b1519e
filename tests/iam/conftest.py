"""Connections to moto, through the layer of faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from botocore.retries import bucket, standard

from iam.aws.client import Aws
from iam.aws.connect import Settings, connect
from tests.build import ID
from tests.fake_iam import FakeIam

Connect = Callable[..., Aws]


@pytest.fixture
def read_timeout() -> float:
    """Seconds; a test in which a call hangs has less patience."""
    return 20


@pytest.fixture
def connect_to(monkeypatch: pytest.MonkeyPatch, read_timeout: float) -> Iterator[Connect]:
    """Make connections that try three times, and close them after the test."""
    monkeypatch.setattr("iam.aws.connect.READ_TIMEOUT", read_timeout)
    monkeypatch.setattr("iam.aws.connect.ATTEMPTS", 3)
    # botocore tries as often as it does, only sooner: seconds in between prove nothing more.
    soon = partial(standard.ExponentialBackoff, max_backoff=0)
    monkeypatch.setattr(standard, "ExponentialBackoff", soon)
    monkeypatch.setattr(bucket, "TokenBucket", partial(bucket.TokenBucket, min_rate=20))
    made: list[Aws] = []

    def make(url: str | None, **settings: Any) -> Aws:
        aws = connect(Settings(demo=True, endpoint_url=url, **settings))
        made.append(aws)
        # As `identify` does, without its calls.
        aws.credentials.get_frozen_credentials()
        aws.credentials.bind(ID)
        return aws

    yield make
    for aws in made:
        aws.close()


@pytest.fixture
def aws(connect_to: Connect, fake: FakeIam) -> Aws:
    """A connection to an empty account, through the layer of faults."""
    return connect_to(fake.url)
