"""The line that is shown while Textual is imported."""

from __future__ import annotations

import pytest

from tests.tui.conftest import HOSTILE
from tui.options import Launch
from tui.terminal.splash import line


@pytest.fixture(autouse=True)
def no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("launch", "says"),
    [
        (Launch(), "bedrock-tui  opening …"),
        (Launch(demo=True), "bedrock-tui  the embedded account · DEMO · opening …"),
        (
            Launch(snapshot="account.json"),
            "bedrock-tui  account.json · READ-ONLY · SNAPSHOT · opening …",
        ),
        (Launch(snapshot="-"), "bedrock-tui  standard input · READ-ONLY · SNAPSHOT · opening …"),
        (
            Launch(profile="prod", dry_run=True),
            "bedrock-tui  profile prod · DRY-RUN · opening …",
        ),
    ],
)
def test_what_is_known_at_once(launch: Launch, says: str) -> None:
    assert line(launch, 100, True) == says


def test_the_profile_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "staging")
    assert "profile staging" in line(Launch(), 100, True)
    assert "profile prod" in line(Launch(profile="prod"), 100, True)
    assert "staging" not in line(Launch(demo=True), 100, True)


def test_in_ascii() -> None:
    assert line(Launch(profile="é"), 100, False) == r"bedrock-tui  profile \xe9 - opening ..."


def test_no_more_than_there_is_room_for() -> None:
    assert line(Launch(profile="prod"), 20, True) == "bedrock-tui  profile"
    wide = line(Launch(profile="東京" * 40), 30, True)
    assert wide == "bedrock-tui  profile " + "東京東京"


@pytest.mark.parametrize("unicode", [True, False])
def test_a_hostile_name_does_not_reach_the_terminal(unicode: bool) -> None:
    told = line(Launch(profile=HOSTILE + "\n\r\x9b"), 300, unicode)
    assert told.isprintable()
