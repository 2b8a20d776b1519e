"""`audit --model`, `--from` and `--resource`: in every format, from a file without network."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.build import ID, allow, details, user
from tests.tui.command_line import run

SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"
FRANKFURT = ("--from", "eu-central-1")
WHO: dict[str, dict[str, Any]] = {
    "bob": {"Resource": "*"},
    "eve": {"Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}},
}


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    """Run `audit` on a file in which bob may invoke everything, eve what is in Ireland."""
    file = tmp_path / "account.json"
    people = [
        user(name, allow("bedrock:Invoke*", **{"Condition": {}, **of})) for name, of in WHO.items()
    ]
    file.write_text(json.dumps(details(*people)))

    def asked(*options: str) -> Any:
        return run("audit", "--snapshot", str(file), *options)

    return asked


def test_the_table_has_a_column_for_each_route_and_says_what_blocks(ask: Any) -> None:
    result = ask("--model", SONNET, *FRANKFURT)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    (head,) = (line for line in lines if line.startswith("type"))
    assert head.split("  ")[-3:] == ["eu. profile", "global. profile", "by"]
    assert any("from eu-central-1: 2 routes" in line for line in lines)
    counts = "1 of 2 by the eu. profile; 1 of 2 by the global. profile"
    assert f"Can invoke it: {counts}" in lines
    assert any(line.startswith("Models: the list that comes with the app") for line in lines)
    (bob,) = (line for line in lines if "user  bob" in line)
    assert "● granted 2/2" in bob and "every route: by inline-0" in bob
    (eve,) = (line for line in lines if "user  eve" in line)
    assert "○ none 0/2" in eve and "the profile and the model in eu-central-1" in eve


def test_the_csv_has_a_column_for_each_route(ask: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(ask("--model", SONNET, "--format", "csv").stdout)))
    bob, eve = rows
    routes = [column for column in bob if "profile" in column]
    assert "eu. profile from eu-central-1" in routes and "au. profile from ap-southeast-2" in routes
    assert {bob[column] for column in routes} == {"granted"}
    assert {eve[column] for column in routes} == {"none"}
    assert bob["asked"] == eve["asked"] == f"bedrock:InvokeModel on {SONNET}"


def test_a_filter_may_ask_who_can_invoke_models(ask: Any) -> None:
    for words, names in (("invoke:yes", ["bob", "eve"]), ("invoke:no", [])):
        result = ask("--model", SONNET, *FRANKFURT, "--format", "csv", "--filter", words)
        assert result.exit_code == 0
        assert [row["name"] for row in csv.DictReader(io.StringIO(result.stdout))] == names


def test_json_has_every_call_and_what_blocks_it(ask: Any) -> None:
    found = json.loads(ask("--model", SONNET, *FRANKFURT, "--format", "json").stdout)
    assert found["models"]["from"] == "eu-central-1"
    assert found["models"]["lists"][0]["live"] is False
    eu, anywhere = next(p for p in found["principals"] if p["name"] == "eve")["routes"]
    assert (eu["way"], eu["invoked_by"], eu["verdict"]) == ("geographic", f"eu.{SONNET}", "none")
    ireland = next(c for c in eu["calls"] if ":eu-west-1:" in c["resource"])
    assert ireland["verdict"] == "granted"
    assert ireland["context"]["aws:RequestedRegion"] == ["eu-west-1"]
    assert [via["policy"] for via in ireland["via"]] == ["inline-0"]
    assert anywhere["calls"][-1]["context"]["aws:RequestedRegion"] == ["unspecified"]
    assert all("no policy allows it" in reason for reason in eu["blocked_by"])
    short = json.loads(
        ask("--model", SONNET, *FRANKFURT, "--format", "json", "--detail", "sections").stdout
    )
    assert all("calls" not in route for p in short["principals"] for route in p["routes"])


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_reports_for_people_have_the_routes(ask: Any, form: str) -> None:
    report = ask("--model", SONNET, *FRANKFURT, "--format", form).stdout
    assert "eu. profile" in report.replace("\\", "") and "no policy allows it" in report


def test_the_id_of_a_profile_means_that_route_only(ask: Any) -> None:
    report = ask("--model", f"eu.{SONNET}", *FRANKFURT, "--format", "json").stdout
    (route,) = json.loads(report)["principals"][0]["routes"]
    assert route["invoked_by"] == f"eu.{SONNET}"


def test_an_arn_is_looked_for_in_its_own_region(ask: Any) -> None:
    arn = f"arn:aws:bedrock:eu-west-1:{ID}:application-inference-profile/abcdefghijkl"
    result = ask("--model", arn)
    assert result.exit_code == 1
    assert f"No model '{arn}' is known that can be invoked from eu-west-1." in result.stderr


def test_a_pattern_means_all_models_that_match(ask: Any) -> None:
    report = ask("--model", "Anthropic.*", *FRANKFURT, "--format", "json").stdout
    models = {route["model"] for route in json.loads(report)["principals"][0]["routes"]}
    assert len(models) > 3 and all(model.startswith("anthropic.") for model in models)


def test_streaming_is_asked_about_by_its_action(ask: Any) -> None:
    streaming = "bedrock:InvokeModelWithResponseStream"
    report = ask("--model", SONNET, *FRANKFURT, "--action", streaming, "--format", "json").stdout
    routes = json.loads(report)["principals"][0]["routes"]
    assert {call["action"] for route in routes for call in route["calls"]} == {streaming}


def test_several_accounts_have_their_own_profiles(tmp_path: Path) -> None:
    other = "999988887777"
    zoe = json.loads(json.dumps(user("zoe", allow("bedrock:*"))).replace(ID, other))
    arn = f"arn:aws:bedrock:*:{ID}:*"
    bob = user("bob", allow("bedrock:*", [arn, "arn:aws:bedrock:*::foundation-model/*"]))
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps(details(bob, zoe)))
    result = run(
        "audit", "--snapshot", str(file), "--model", SONNET, *FRANKFURT, "--format", "json"
    )
    bob, zoe = json.loads(result.stdout)["principals"]
    assert [p["routes"][0]["verdict"] for p in (bob, zoe)] == ["granted", "granted"]
    assert f":{other}:" in zoe["routes"][0]["calls"][0]["resource"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--from", "eu-central-1"), "--from is the region of --model"),
        (("--model", ""), "--model is empty"),
        (("--model", SONNET, "--resource", "*", "--action", "bedrock:InvokeModel"), "exclude"),
        (("--model", SONNET, "--action", "bedrock:GetAgent"), "Models are invoked by"),
        (("--resource", "arn:aws:s3:::x"), "--resource narrows --action"),
        (
            ("--action", "bedrock:InvokeModel", "--resource", "arn:aws:s3:::x"),
            "acts on no resource 'arn:aws:s3:::x'",
        ),
    ],
)
def test_what_contradicts_itself_is_wrong_usage(
    ask: Any, options: tuple[str, ...], words: str
) -> None:
    result = ask(*options)
    assert result.exit_code == 2
    assert words in result.stderr


@pytest.mark.parametrize("source", ["eu-central-1", "mars-north-1"])
def test_a_model_that_is_not_there_is_no_empty_report(ask: Any, source: str) -> None:
    result = ask("--model", "claude-sonnet-4-5", "--from", source)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"'claude-sonnet-4-5' is known that can be invoked from {source}" in result.stderr
    known = source == "eu-central-1"
    assert (f"Did you mean {SONNET}?" in result.stderr) is known
    assert ("does not have this region" in result.stderr) is not known


def test_an_action_on_a_resource_is_decided_there(ask: Any) -> None:
    def verdicts(resource: str) -> list[str]:
        where = ("--action", "bedrock:InvokeModel", "--resource", resource)
        found = json.loads(ask(*where, "--format", "json").stdout)
        return [principal["verdict"] for principal in found["principals"]]

    model = f"foundation-model/{SONNET}"
    assert verdicts(f"arn:aws:bedrock:eu-west-1::{model}") == ["granted", "granted"]
    assert verdicts(f"arn:aws:bedrock:eu-central-1::{model}") == ["granted", "none"]
    assert verdicts(f"arn:aws:bedrock:eu-*::{model}") == ["granted", "partial"]
    assert verdicts(f"arn:aws:bedrock:::{model}") == ["granted", "none"]
