"""What all tests share: no trace of this machine's AWS configuration, and a moto server."""

from __future__ import annotations

import gc
import logging
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.examples import use_by_default
from tests.moto_state import filled

if TYPE_CHECKING:
    from iam.demo.launcher import DemoServer
    from tests.company import Company
    from tests.fake_iam import FakeIam
    from tests.fake_sso import FakeSso

ROOT = Path(__file__).parents[1]
use_by_default()


def alive(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _forget_this_machine(patch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "MOTO_")) or name.lower().endswith("_proxy"):
            patch.delenv(name)


@contextmanager
def client_at(url: str) -> Iterator[Any]:
    """A client of IAM straight to a server, to arrange and to look."""
    import boto3

    with pytest.MonkeyPatch.context() as patch:
        _forget_this_machine(patch)
        client = boto3.client(
            "iam",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials, no configuration and no home but the test's own."""
    _forget_this_machine(monkeypatch)
    os.umask(0o022)  # a journal that others can write is not read
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(scope="session", autouse=True)
def _service_data_read_once() -> Iterator[None]:
    """botocore reads a megabyte of JSON and 400 folders for every client; here, once a process."""
    from botocore.loaders import JSONFileLoader, Loader

    load_file, list_services = JSONFileLoader.load_file, Loader.list_available_services
    files: dict[str, Any] = {}
    services: dict[tuple[str, ...], list[str]] = {}

    def load_once(self: JSONFileLoader, path: str) -> Any:
        if path not in files:
            files[path] = load_file(self, path)
        data = files[path]
        if data and "partitions" in data:
            # The app's loader drops endpoints in place: to each caller a list of its own.
            partitions = [
                {**each, "services": {**each.get("services", {})}} for each in data["partitions"]
            ]
            return {**data, "partitions": partitions}
        return data

    def list_once(self: Loader, type_name: str) -> list[str]:
        key = (type_name, *self.search_paths)
        if key not in services:
            services[key] = list_services(self, type_name)
        return services[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", load_once)
        patch.setattr(Loader, "list_available_services", list_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _collected_less_often() -> Iterator[None]:
    """The modules of Textual, boto3 and moto are many objects, and none of them is garbage."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    yield
    gc.set_threshold(*before)


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The URL of a real moto server on loopback, which also answers the calls that moto lacks."""
    from moto.server import ThreadedMotoServer

    from iam.demo.missing_calls import add_missing_calls

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request
    add_missing_calls()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def _moto_client(moto_server: str) -> Iterator[Any]:
    with client_at(moto_server) as client:
        yield client


@pytest.fixture
def iam(moto_url: str, _moto_client: Any) -> Any:
    """A client of the test's own, straight to moto."""
    return _moto_client


@pytest.fixture
def moto_url(moto_server: str) -> str:
    """The URL of a moto server with nothing in it."""
    request = urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST")
    with urllib.request.urlopen(request):
        return moto_server


@pytest.fixture
def fake(moto_url: str) -> Iterator[FakeIam]:
    """A layer of faults in front of an empty moto server."""
    from tests.fake_iam import FakeIam

    server = FakeIam(moto_url)
    yield server
    server.stop()


@pytest.fixture
def company(fake: FakeIam, iam: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """A small account behind a layer of faults, and the credentials for it."""
    from tests.company import POLICY, Company
    from tui.options import Launch

    monkeypatch.setattr("iam.aws.connect.ATTEMPTS", 2)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    launch = Launch(endpoint_url=fake.url, policy=POLICY, journal=str(tmp_path / "journal.jsonl"))
    made = Company(fake, iam, launch)
    filled("company", made.fill)
    return made


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoServer]:
    """The embedded account; tests leave it as they found it."""
    from iam.demo.launcher import start_demo

    server = start_demo()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def demo_iam(demo: DemoServer) -> Iterator[Any]:
    """Another client on the embedded account, to look at what really happened."""
    with client_at(demo.endpoint_url) as client:
        yield client


@pytest.fixture
def sso(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSso]:
    """A server that speaks the protocols of IAM Identity Center."""
    from tests.fake_sso import FakeSso

    server = FakeSso()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO_OIDC", server.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", server.url)
    yield server
    server.stop()
