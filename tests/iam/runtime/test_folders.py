"""Where files are kept, and what is said where there is no place for them."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from iam.aws.connect import Settings, connect
from iam.cache.store import CacheError, path_for
from iam.changes.journal import JournalError, default_path
from iam.runtime.folders import cache_folder, state_folder


@pytest.fixture
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user as `docker run --user 12345` has it: no HOME, and no entry in the list of users."""

    def unknown(uid: int) -> NoReturn:
        raise KeyError(uid)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_a_relative_folder_of_the_environment_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "somewhere")
    home = tmp_path / "home"
    assert state_folder().is_relative_to(home)
    assert cache_folder().is_relative_to(home)


@pytest.mark.usefixtures("no_home")
def test_without_a_home_the_journal_asks_for_a_place() -> None:
    with pytest.raises(JournalError, match=r"no home folder.*name a file for it with --journal\.$"):
        default_path()


@pytest.mark.usefixtures("no_home")
def test_without_a_home_nothing_is_kept_and_that_is_told() -> None:
    with pytest.raises(CacheError, match="cannot be cached: there is no home folder"):
        path_for(None, None)


@pytest.mark.usefixtures("no_home")
def test_without_a_home_aws_is_asked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    aws = connect(Settings(endpoint_url="http://127.0.0.1:1"))
    assert aws.access_key.access == "test"
    aws.iam.close()
    aws.sts.close()
