"""The command line: formats, exit statuses, and one clear sentence for whatever is wrong."""

from __future__ import annotations

import csv
import errno
import gzip
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pexpect
import pytest
from click.testing import Result

from iam.demo.launcher import DemoServer
from iam.policy.action_catalogue import catalogue
from iam.reports.formats import FORMATS
from tests.build import allow, deny, details, document, group, policy, policy_arn, role, user
from tests.company import POLICY, Company
from tests.conftest import ROOT
from tests.fake_iam import FakeIam
from tests.tui.command_line import run
from tests.tui.conftest import HOSTILE
from tui.audit_command import Failure, write_file

Run = Callable[..., Result]
SECTIONS = [
    "BedrockAPIs",
    "DescribeKey",
    "APIsWithAllResourceAccess",
    "BedrockMantleAPIs",
    "BedrockWebSearch",
    "MarketplaceOperationsFromBedrockFor3pModels",
]


def only_line(result: Result) -> str:
    """The one line on standard error of a run that failed, with nothing on standard output."""
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith("bedrock-tui: ")
    return line


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., str]:
    """Write a snapshot of users, roles, groups and policies."""

    def write(*items: Any) -> str:
        path = tmp_path / "saved.json"
        path.write_text(json.dumps(details(*items)))
        return str(path)

    return write


# Usage


def test_help_and_version() -> None:
    assert "bedrock-tui, version 0.1.0" in run("--version").stdout
    assert "Print the version" in run("--help").stdout
    assert "GetAccountAuthorizationDetails" not in run("--help").stdout
    assert "Exit status:\n  0  Complete." in run("audit", "--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["audit", "--format", "xml"],
        ["audit", "--snapshot"],
        ["audit", "--snapshot", ""],
        ["audit", "--demo", "--snapshot", "x.json"],
        ["--demo", "audit", "--snapshot", "x.json"],
        ["audit", "--demo", "--profile", "x"],
        ["--demo", "--region", "eu-west-1"],
        ["audit", "--demo", "--endpoint-url", "http://localhost"],
        ["audit", "--snapshot", "x.json", "--profile", "x"],
        ["--snapshot", "x.json", "--region", "eu-west-1"],
        ["save", "y.json", "--snapshot", "x.json", "--endpoint-url", "http://localhost"],
        ["audit", "--profile", ""],
        ["audit", "--endpoint-url", "ftp://x"],
        ["nonsense"],
        ["audit", "nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_the_app_needs_a_terminal() -> None:
    result = run("--demo")
    assert result.exit_code == 1
    assert "needs a terminal" in only_line(result)


# Nothing to be had from AWS


def test_no_credentials() -> None:
    result = run("audit")
    assert result.exit_code == 1
    assert "credentials" in only_line(result)


def test_a_profile_that_does_not_exist() -> None:
    result = run("audit", "--profile", "nope")
    assert result.exit_code == 1
    assert "nope" in only_line(result)


@pytest.mark.usefixtures("credentials")
def test_a_closed_port() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    result = run("audit", "--endpoint-url", f"http://127.0.0.1:{port}")
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}" in only_line(result)


@pytest.fixture
def web_server() -> Iterator[str]:
    """A server that is not AWS."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b"<html><body>\x1b]0;pwned\x07It works!</body></html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("credentials")
def test_a_server_that_is_not_aws(web_server: str) -> None:
    result = run("audit", "--endpoint-url", web_server)
    assert result.exit_code == 1
    assert "\x1b" not in only_line(result)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("action", "inside"),
    [
        ("GetCallerIdentity", "<UserId>x</UserId>"),
        ("ListAccountAliases", ""),
        ("GetAccountAuthorizationDetails", ""),
    ],
)
def test_an_answer_without_its_fields(fake: FakeIam, action: str, inside: str) -> None:
    fake.refuse("GetUser", "AccessDenied")
    fake.answer(action, lambda _: inside)
    result = run("audit", "--endpoint-url", fake.url)
    assert result.exit_code == 1
    assert "The response is not from AWS" in only_line(result)


def test_a_page_that_is_truncated_and_leads_nowhere_is_not_the_last(company: Company) -> None:
    company.fake.answer(
        "GetAccountAuthorizationDetails", lambda _: "<IsTruncated>true</IsTruncated>"
    )
    arguments = ("audit", "--endpoint-url", company.fake.url, "--policy", POLICY)
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 3
    assert "incomplete: " in result.stderr
    assert json.loads(result.stdout)["complete"] is False


@pytest.mark.parametrize(("times", "status"), [(-1, 1), (1, 3)], ids=["all", "one stream"])
def test_an_answer_that_never_ends_does_not_keep_the_audit(
    company: Company, times: int, status: int
) -> None:
    company.fake.drip("GetAccountAuthorizationDetails", times)
    limited = "from iam.aws import client; client.CALL_TIME = 3; from tui.cli import main; main()"
    options = ["audit", "--endpoint-url", company.fake.url, "--policy", POLICY]
    ended = subprocess.run(
        [sys.executable, "-c", limited, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert ended.returncode == status
    (line,) = ended.stderr.splitlines()
    assert line.startswith("bedrock-tui: ")


@pytest.mark.usefixtures("credentials")
def test_a_policy_that_does_not_exist(demo: DemoServer) -> None:
    result = run("audit", "--endpoint-url", demo.endpoint_url, "--policy", "NoSuchPolicy")
    assert result.exit_code == 1
    assert "NoSuchPolicy" in only_line(result)


# Files


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b'{"UserDetailList": [', "is truncated"),
        (b"hello", "is not JSON"),
        (b"[]", "is not what"),
        (gzip.compress(b'{"UserDetailList": []}', mtime=0)[:-5], "is truncated"),
    ],
    ids=["empty", "truncated", "not JSON", "not an account", "truncated gzip"],
)
def test_a_snapshot_that_is_wrong(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "saved.json"
    path.write_bytes(content)
    result = run("audit", "--snapshot", str(path))
    assert result.exit_code == 1
    assert says in only_line(result)
    assert says in only_line(run("audit", "--snapshot", "-", stdin=content))


def test_a_snapshot_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none\x1b[31m.json", tmp_path):
        result = run("audit", "--snapshot", str(path))
        assert result.exit_code == 1
        assert "\x1b" not in only_line(result)


def test_the_limit_of_a_snapshot_is_raised_by_an_option(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    path.write_text(json.dumps({**details(user("alice")), "Padding": " " * 1_000_000}))
    arguments = ("audit", "--snapshot", str(path), "--snapshot-limit")
    result = run(*arguments, "1")
    assert result.exit_code == 1
    assert "--snapshot-limit" in only_line(result)
    assert run(*arguments, "2").exit_code == 0


def test_patterns_made_to_be_costly_are_judged_or_unknown_with_the_reason(
    saved: Callable[..., str],
) -> None:
    intricate = [deny("bedrock:*", f"*{chr(97 + i)}{'?' * 25}*x") for i in range(26)]
    path = saved(
        user("action", allow("bedrock:" + "*" * 10 + "Z")),
        user("resource", document(allow("bedrock:*"), *intricate)),
    )
    result = run("audit", "--snapshot", path, "--action", "bedrock:InvokeModel", "--format", "csv")
    assert result.exit_code == 3
    rows = csv.DictReader(io.StringIO(result.stdout))
    assert {row["name"]: row["verdict"] for row in rows} == {
        "action": "none", "resource": "unknown"
    }  # fmt: skip
    assert "inline-0" in result.stderr


def test_standard_input_and_gzip(saved: Callable[..., str]) -> None:
    content = Path(saved(user("alice"))).read_bytes()
    for stdin in (content, gzip.compress(content)):
        result = run("audit", "--snapshot", "-", "--format", "csv", stdin=stdin)
        assert result.exit_code == 0
        assert "user/alice" in result.stdout


def test_a_document_that_does_not_parse_is_unknown(saved: Callable[..., str]) -> None:
    path = saved(user("alice", attached=[policy_arn("broken")]), policy("broken", raw="{oops"))
    result = run("audit", "--snapshot", path, "--format", "json")
    assert result.exit_code == 3
    assert result.stderr.startswith("bedrock-tui: incomplete: policy arn:")
    assert result.stderr.count("\n") == 1
    audit = json.loads(result.stdout)
    assert audit["complete"] is False
    assert "broken" in audit["unread"][0]["what"]
    assert audit["principals"][0]["verdict"] == "unknown"


def test_a_principal_twice_with_different_content_is_unknown_and_named_twice(
    saved: Callable[..., str],
) -> None:
    path = saved(role("dup", allow("bedrock:*")), role("dup", allow("s3:*")), role("other"))
    result = run("audit", "--snapshot", path, "--action", "bedrock:InvokeModel")
    assert result.exit_code == 3
    audit = json.loads(run("audit", "--snapshot", path, "--format", "json").stdout)
    verdicts = {p["name"]: (p["verdict"], p["attached"]["direct"]) for p in audit["principals"]}
    assert verdicts == {"dup": ("unknown", None), "other": ("none", False)}
    assert [unread["what"] for unread in audit["unread"]] == [
        "role arn:aws:iam::123456789012:role/dup (item 1 of RoleDetailList)",
        "role arn:aws:iam::123456789012:role/dup (item 2 of RoleDetailList)",
    ]


def test_what_is_wrong_with_one_principal_is_named_and_costs_nobody_else(
    saved: Callable[..., str],
) -> None:
    path = saved(
        user("n", allow("bedrock:*")) | {"GroupList": None, "Tags": None},
        user("dated", allow("bedrock:*")) | {"CreateDate": "yesterday"},
        user("nowhere") | {"Arn": "arn:aws:iam:::user/nowhere"},
    )
    arguments = ("--action", "bedrock:InvokeModel", "--format", "csv")
    result = run("audit", "--snapshot", path, *arguments)
    assert result.exit_code == 3
    rows = csv.DictReader(io.StringIO(result.stdout))
    assert {row["name"]: row["verdict"] for row in rows} == {"n": "granted", "dated": "granted"}
    assert result.stderr.count("\n") == 1
    assert "CreateDate of user" in result.stderr
    assert "arn:aws:iam:::user/nowhere" in result.stderr


@pytest.mark.parametrize("wrong", [{"Accounts": []}, {"Roots": "x"}])
def test_a_given_organization_takes_the_place_of_the_saved_one(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    right = {
        "Organization": {"Id": "o-1", "MasterAccountId": "999999999999"},
        "Roots": [{"Id": "r-1", "Name": "Root", "Policies": []}],
        "Accounts": [{"Id": "123456789012", "ParentId": "r-1", "Policies": []}],
    }
    account, organization = tmp_path / "account.json", tmp_path / "organization.json"
    saved = {**details(role("alice")), "Organization": {**right, **wrong}}
    account.write_text(json.dumps(saved), encoding="utf-8")
    organization.write_text(json.dumps(right), encoding="utf-8")
    arguments = ("audit", "--format", "json", "--snapshot", str(account))
    assert run(*arguments).exit_code == 1
    result = run(*arguments, "--organization", str(organization))
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["organization"]["status"] == "applied"


# Reports


def test_the_json_is_the_contract_s(saved: Callable[..., str]) -> None:
    path = saved(
        user("zoe", groups=["team"]),
        role("worker", allow("bedrock:Get*")),
        user("alice", boundary=policy_arn("cap")),
        group("team", allow("bedrock:InvokeModel")),
        policy("cap", allow("bedrock:*")),
    )
    result = run("audit", "--snapshot", path, "--format", "json")
    assert result.exit_code == 0
    assert result.stdout.endswith("}\n")
    audit = json.loads(result.stdout)
    assert list(audit) == [
        "schema", "generated_at", "source", "account", "caller", "organization", "policy",
        "complete", "unread", "principals",
    ]  # fmt: skip
    assert (audit["schema"], audit["source"], audit["caller"]) == (1, "snapshot", None)
    assert audit["account"] == {"id": "123456789012", "alias": None, "partition": "aws"}
    assert list(audit["policy"]) == ["name", "arn", "version"]
    assert [p["name"] for p in audit["principals"]] == ["alice", "zoe", "worker"]
    for principal in audit["principals"]:
        assert list(principal) == [
            "arn", "type", "name", "path", "attached", "boundary", "verdict", "sections",
            "invoke", "other_policy", "keys",
        ]  # fmt: skip
        assert list(principal["attached"]) == ["direct", "groups"]
        assert [s["sid"] for s in principal["sections"]] == SECTIONS
        for section in principal["sections"]:
            assert list(section) == ["sid", "title", "verdict", "granted", "total", "actions"]
            for action in section["actions"]:
                assert list(action) == [
                    "action", "verdict", "granted", "total", "concrete", "via",
                ]  # fmt: skip
                assert action["total"] == len(action["concrete"])
                for via in action["via"]:
                    assert list(via) == [
                        "effect", "policy", "kind", "level", "group", "sid", "statement",
                    ]  # fmt: skip
    zoe = audit["principals"][1]["sections"][0]
    invoke = next(a for a in zoe["actions"] if a["action"] == "bedrock:InvokeModel")
    assert (invoke["verdict"], invoke["via"]) == (
        "granted",
        [{"effect": "Allow", "policy": "inline-0", "kind": "inline", "level": None,
          "group": "team", "sid": None, "statement": 0}],
    )  # fmt: skip


def test_the_csv_is_the_contract_s(saved: Callable[..., str]) -> None:
    path = saved(user("=cmd", allow("*")), role("worker"))
    rows = list(csv.reader(io.StringIO(run("audit", "--snapshot", path, "--format", "csv").stdout)))
    assert rows[0] == [
        "account", "type", "name", "arn", "path", "attached_direct", "attached_via_groups",
        "boundary", "verdict", *SECTIONS, "invoke", "other_policy", "keys", "last_used",
    ]  # fmt: skip
    assert rows[1][2] == "'=cmd"
    assert rows[1][8:10] == ["granted", "granted 44/44"]
    assert len(rows) == 3


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_names_do_not_reach_the_terminal(saved: Callable[..., str], form: str) -> None:
    path = saved(user(HOSTILE, allow("bedrock:*")), role("line\nbreak\r"))
    result = run("audit", "--snapshot", path, "--format", form)
    assert result.exit_code == 0
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(result.stdout)
    assert "pwned" in result.stdout


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "html"])
def test_every_format_that_is_promised_can_be_asked_for(
    saved: Callable[..., str], form: str
) -> None:
    result = run("audit", "--snapshot", saved(user("alice")), "--format", form)
    assert result.exit_code == 0
    assert "alice" in result.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_the_embedded_account_in_every_format(
    form: str, demo: DemoServer, credentials: None
) -> None:
    result = run("audit", "--endpoint-url", demo.endpoint_url, "--format", form)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "alice.chen" in result.stdout
    if form == "html":
        assert len(result.stdout_bytes) < 300_000


def test_who_can_do_one_action(saved: Callable[..., str]) -> None:
    path = saved(user("alice", allow("bedrock:*")), user("bob"), role("ops", allow("*")))
    arguments = ("audit", "--snapshot", path, "--action", "BEDROCK:invokemodel")
    table = run(*arguments).stdout
    assert "Action bedrock:InvokeModel" in table
    rows = [line.split() for line in table.splitlines() if line.startswith(("user", "role"))]
    assert [(row[1], row[4], row[5:]) for row in rows] == [
        ("alice", "granted", ["inline-0"]),
        ("bob", "none", []),
        ("ops", "granted", ["inline-0"]),
    ]
    audit = json.loads(run(*arguments, "--format", "json").stdout)
    (section,) = audit["principals"][0]["sections"]
    assert section["sid"] == "BedrockAPIs"
    assert [a["action"] for a in section["actions"]] == ["bedrock:InvokeModel"]
    (csv_row,) = [
        row
        for row in csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").stdout))
        if row["name"] == "ops"
    ]
    assert (csv_row["verdict"], csv_row["by"]) == ("granted", "inline-0")


def test_an_action_that_the_policy_does_not_have_is_judged_on_everything(
    saved: Callable[..., str],
) -> None:
    path = saved(user("alice", allow("bedrock:InvokeFlow", "arn:aws:bedrock:us-east-1:*")))
    arguments = ("audit", "--snapshot", path, "--action", "bedrock:InvokeFlow", "--format", "json")
    assert json.loads(run(*arguments).stdout)["principals"][0]["verdict"] == "partial"


def test_a_pattern_asks_about_the_actions_that_it_matches_in_one_section(
    saved: Callable[..., str],
) -> None:
    path = saved(user("alice", allow("bedrock:InvokeModel*")), user("bob", allow("*")))
    arguments = ("audit", "--snapshot", path, "--action", "bedrock:Invoke*")
    audit = json.loads(run(*arguments, "--format", "json").stdout)
    alice, bob = audit["principals"]
    (section,) = alice["sections"]
    invoking = [action.id for action in catalogue().matching("bedrock:Invoke*")]
    assert [entry["action"] for entry in section["actions"]] == invoking
    assert (section["sid"], section["granted"], section["total"]) == (
        "bedrock:Invoke*", 2, len(invoking)
    )  # fmt: skip
    assert (alice["verdict"], section["verdict"], bob["verdict"]) == (
        "partial", "partial", "granted"
    )  # fmt: skip
    (row, _) = csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").stdout))
    assert row["bedrock:Invoke*"] == f"partial 2/{len(invoking)}"
    assert row["by"] == "inline-0"
    table = run(*arguments).stdout
    assert f"{len(invoking)} actions bedrock:Invoke*" in table
    assert f"◐ partial 2/{len(invoking)} " in table


@pytest.mark.parametrize(
    ("action", "first"),
    [
        ("bedrock:InvokeModl", "bedrock:InvokeModel"),
        ("InvokeModel", "bedrock:InvokeModel"),
        ("invoke", "bedrock:InvokeModel"),
        ("bedrok:Invok*", "bedrock:InvokeModel"),
        ("bedrock:GetAgnt", "bedrock:GetAgent"),
        ("bedrock:Converse", "bedrock:InvokeModel"),
    ],
)
def test_a_slip_of_the_pen_in_an_action_is_no_answer(
    saved: Callable[..., str], action: str, first: str
) -> None:
    result = run("audit", "--snapshot", saved(user("alice")), "--action", action)
    assert result.exit_code == 2
    assert f"Did you mean {first}" in result.stderr.replace("\n", " ")


def test_for_a_word_that_is_like_no_action_none_is_suggested() -> None:
    result = run("audit", "--demo", "--action", "nonsense*")
    assert result.exit_code == 2
    assert "Did you mean" not in result.stderr


@pytest.mark.parametrize("no_color", ["", "1"])
def test_on_a_terminal_the_table_is_fitted_and_coloured(
    saved: Callable[..., str], no_color: str
) -> None:
    path = saved(user("alice", allow("bedrock:*")), user("a" * 64))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TERM": "xterm"}
    environment.pop("COLUMNS", None)
    environment.pop("LC_ALL", None)
    written = pexpect.run(
        f"{sys.executable} -c 'from tui.cli import main; main()' audit --snapshot {path}",
        env={**environment, "NO_COLOR": no_color},
        dimensions=(24, 60),
        encoding="utf-8",
    )
    assert ("\x1b[33m◐ partial\x1b[0m" in written) == (not no_color)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in str(written).splitlines()]
    assert max(map(len, lines)) <= 60
    assert any(line.startswith("Left out") for line in lines)


# A filter


@pytest.mark.parametrize("form", FORMATS)
def test_a_filter_narrows_the_report_in_every_format(saved: Callable[..., str], form: str) -> None:
    path = saved(user("alice", allow("bedrock:*")), user("bob"), role("ops", allow("*")))
    arguments = ("audit", "--snapshot", path, "--format", form)
    result = run(*arguments, "--filter", "invoke:yes !policy:other")
    assert result.exit_code == 0
    assert "alice" in result.stdout
    assert "bob" not in result.stdout
    assert "ops" not in result.stdout
    if form == "json":
        expected = {"text": "invoke:yes !policy:other", "of": 3, "undecided": 0}
        assert json.loads(result.stdout)["filter"] == expected
        assert "filter" not in json.loads(run(*arguments).stdout)
    elif form != "csv":
        assert "of 3 principals" in result.stdout


def test_what_a_filter_cannot_decide_makes_the_report_incomplete(
    saved: Callable[..., str],
) -> None:
    result = run("audit", "--snapshot", saved(user("alice")), "--filter", "unused:90d")
    assert result.exit_code == 3
    assert "of 1 principal; 1 could not be decided" in result.stdout
    assert "principals left undecided by the filter: 1" in result.stderr


@pytest.mark.parametrize("text", ["invoke:", "invok:yes", "verdict:full", "type:group", "!"])
def test_a_malformed_filter_is_wrong_usage(saved: Callable[..., str], text: str) -> None:
    result = run("audit", "--snapshot", saved(user("alice")), "--filter", text)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "--filter: " in result.stderr


# Where reports go


def test_output_replaces_the_file_or_leaves_it(saved: Callable[..., str], tmp_path: Path) -> None:
    path = saved(user("alice"))
    report = tmp_path / "report.csv"
    report.write_text("before")
    report.chmod(0o640)
    arguments = ("audit", "--snapshot", path, "--format", "csv", "--output")
    assert run(*arguments, str(report)).exit_code == 0
    assert report.read_text().startswith("account,")
    assert report.stat().st_mode & 0o777 == 0o640
    for bad in (tmp_path / "none" / "report.csv", tmp_path, Path("/dev/full")):
        result = run(*arguments, str(bad))
        assert result.exit_code == 1
        assert f"cannot write {bad}" in only_line(result)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "report.csv", "saved.json"]


@pytest.mark.parametrize(
    ("name", "options", "start"),
    [
        ("y.json", (), '{\n "schema": 1'),
        ("y.CSV", (), "account,type"),
        ("y.md", (), "# Bedrock access"),
        ("y.html", (), "<!doctype html>"),
        ("y.txt", (), "Account "),
        ("y", (), "Account "),
        ("y.json", ("--format", "csv"), "account,type"),
    ],
)
def test_the_name_of_the_file_chooses_the_format_unless_an_option_does(
    saved: Callable[..., str], tmp_path: Path, name: str, options: tuple[str, ...], start: str
) -> None:
    report = tmp_path / name
    path = saved(user("alice"))
    assert run("audit", "--snapshot", path, "--output", str(report), *options).exit_code == 0
    assert report.read_text().startswith(start)
    assert report.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("command", [("audit", "--output"), ("save",)])
def test_a_file_that_cannot_be_written_is_told_before_the_account_is_read(
    company: Company, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    for bad in (tmp_path / "none" / "y.json", tmp_path, tmp_path / "file" / "y.json"):
        result = run(*command, str(bad), "--endpoint-url", company.fake.url, "--policy", POLICY)
        assert result.exit_code == 1
        assert f"cannot write {bad}: " in only_line(result)
    assert not company.fake.seen


def test_a_link_stays_and_the_file_behind_it_is_replaced(
    saved: Callable[..., str], tmp_path: Path
) -> None:
    link, report = tmp_path / "latest.csv", tmp_path / "report.csv"
    link.symlink_to(report)
    path = saved(user("alice"))
    assert run("audit", "--snapshot", path, "--output", str(link)).exit_code == 0
    assert link.is_symlink()
    assert report.read_text().startswith("account,")


def test_the_whole_audit_is_never_made_a_text_of(
    saved: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from iam.reports.audit import Audit

    told: list[Audit] = []

    def tell(audit: Audit) -> str:
        told.append(audit)
        return "an audit"

    monkeypatch.setattr(Audit, "__repr__", tell)
    assert run("audit", "--snapshot", saved(user("alice"))).exit_code == 0
    assert not told


def test_a_report_that_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("before")

    def pieces() -> Iterator[str]:
        yield "[" * 100_000
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Failure, match="No space left on device"):
        write_file(pieces(), str(report))
    assert report.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["report.json"]


def test_a_report_is_private_until_it_is_whole(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        (unfinished,) = (path for path in tmp_path.iterdir() if path.is_file())
        assert unfinished.stat().st_mode & 0o777 == 0o600
        yield "whole"

    write_file(pieces(), str(tmp_path / "report"))
    assert (tmp_path / "report").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_reader_that_leaves_early_is_no_error(saved: Callable[..., str], form: str) -> None:
    path = saved(*[user(f"user-{i}") for i in range(2_000)])
    program = [sys.executable, "-c", "from tui.cli import main; main()"]
    with subprocess.Popen(
        [*program, "audit", "--snapshot", path, "--format", form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_fault_in_the_program_is_told_in_a_sentence(
    saved: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import iam.reports.audit

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(iam.reports.audit, "take_audit", broken)
    result = run("audit", "--snapshot", saved(user("alice")))
    assert result.exit_code == 1
    assert "ZeroDivisionError" in only_line(result)
    assert "broken" in (tmp_path / "home/state/bedrock-tui/crash.log").read_text()


def test_a_fault_in_the_middle_of_a_report_is_told_in_a_sentence_too(
    saved: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import iam.reports.html_format

    monkeypatch.setattr(iam.reports.html_format, "left_out", lambda _: 1 / 0)
    report = tmp_path / "report.html"
    result = run("audit", "--snapshot", saved(user("alice")), "--output", str(report))
    assert result.exit_code == 1
    assert "ZeroDivisionError" in only_line(result)
    assert not report.exists()


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("arguments", ["audit --snapshot {} >&-", "audit --snapshot {} >/dev/full"])
def test_output_that_cannot_be_written_is_told_in_a_sentence(
    saved: Callable[..., str], arguments: str, form: str
) -> None:
    program = f"{sys.executable} -c 'from tui.cli import main; main()' "
    done = subprocess.run(
        ["sh", "-c", f"{program} {arguments.format(saved(user('alice')))} --format {form}"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("bedrock-tui: ")
    assert len(done.stderr.splitlines()) == 1


def test_arns_with_something_else_than_an_account_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    odd = user("alice") | {"Arn": "arn:aws:iam::\x1b]0;pwned\x07:user/alice"}
    path.write_text(json.dumps(details(odd)))
    result = run("audit", "--snapshot", str(path))
    assert result.exit_code == 1
    assert "\x1b" not in only_line(result)


def test_a_report_does_not_replace_the_account_that_it_is_made_from(
    saved: Callable[..., str],
) -> None:
    path = saved(user("alice"))
    before = Path(path).read_bytes()
    result = run("audit", "--snapshot", path, "--output", path)
    assert result.exit_code == 2
    assert "--output would replace the file of --snapshot" in result.stderr
    assert Path(path).read_bytes() == before


def test_a_compressed_report_is_not_promised(saved: Callable[..., str], tmp_path: Path) -> None:
    for name in ("audit.json.gz", "audit.ZIP"):
        result = run("audit", "--snapshot", saved(user("alice")), "--output", str(tmp_path / name))
        assert result.exit_code == 2
        assert "--output writes no compressed files" in result.stderr
        assert not (tmp_path / name).exists()
