"""Without a home AWS's own files are in none: those of the working folder are not read."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

CONNECT = """
import json, os, pwd, sys

def unknown(uid):
    raise KeyError(uid)

opened = []

def look(event, args):
    if event == "open" and isinstance(args[0], str):
        path = os.path.abspath(args[0])
        if path.startswith(os.getcwd() + os.sep):
            opened.append(os.path.relpath(path))

pwd.getpwuid = unknown
sys.addaudithook(look)
from iam.aws.connect import Settings, connect

try:
    aws = connect(Settings())
    found = aws.access_key.access
except Exception as error:
    found = getattr(error, "code", type(error).__name__)
print(json.dumps([found, sorted(set(opened))]))
"""
START = "https://acme.awsapps.com/start"
SSO = (
    f"[default]\nsso_start_url = {START}\nsso_region = us-east-1\n"
    "sso_account_id = 123456789012\nsso_role_name = reader\nregion = us-east-1\n"
)
STATIC = "aws_access_key_id = STRANGER\naws_secret_access_key = secret\n"


class Seen(NamedTuple):
    found: str
    """The access key, or why there is none."""
    opened: list[str]
    """The files of the working folder that were read."""


def connect_in(folder: Path, home: str | None, **environment: str) -> Seen:
    """Connect in a process that began in the folder, as a user whom the system does not know."""
    env = {name: value for name, value in os.environ.items() if name != "HOME"}
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        del env[name]
    env |= environment | {"PYTHONPATH": str(ROOT)} | ({} if home is None else {"HOME": home})
    command = [sys.executable, "-P", "-c", CONNECT]
    done = subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True)
    return Seen(*json.loads(done.stdout))


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A folder of somebody else's, with all that botocore would look for at home."""
    ends = (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%SZ")
    token = hashlib.sha1(START.encode()).hexdigest()
    files = {
        ".aws/config": "[default]\ncredential_process = touch ran\n",
        ".aws/credentials": f"[default]\n{STATIC}",
        ".boto": f"[Credentials]\n{STATIC}",
        "ec2": "AWSAccessKeyId=STRANGER\nAWSSecretKey=secret\n",
        f".aws/sso/cache/{token}.json": json.dumps({"accessToken": "t", "expiresAt": ends}),
        ".aws/models/endpoints.json": "{}",
        ".aws/models/iam/2010-05-08/service-2.json": "{}",
    }
    folder = tmp_path / "strange"
    for home in ("~", "home", "$NOWHERE", "."):
        for name, text in files.items():
            file = folder / home / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    for name in ("endpoints.json", "iam/2010-05-08/service-2.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    (tmp_path / "sso").write_text(SSO)
    return folder


NAMED = {
    "nothing named": {},
    "a home that is not there": {
        "AWS_CONFIG_FILE": "$NOWHERE/.aws/config",
        "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
        "AWS_CREDENTIAL_FILE": "~/ec2",
        "BOTO_CONFIG": "~/.boto",
        "AWS_DATA_PATH": "~/.aws/models:",
    },
    "keys": {"AWS_ACCESS_KEY_ID": "OWN", "AWS_SECRET_ACCESS_KEY": "secret"},
    "single sign-on": {"AWS_CONFIG_FILE": "../sso", "AWS_ENDPOINT_URL_SSO": "http://127.0.0.1:1"},
}


@pytest.mark.parametrize("home", [None, "home", "."])
@pytest.mark.parametrize("named", NAMED)
def test_nothing_of_the_working_folder_is_taken_for_a_file_at_home(
    strange: Path, home: str | None, named: str
) -> None:
    seen = connect_in(strange, home, **NAMED[named])
    assert seen.opened == []
    assert seen.found in ("OWN", "NoCredentials", "SSOTokenLoadError")
    assert not (strange / "ran").exists()


def test_a_path_that_the_operator_names_may_be_relative(strange: Path) -> None:
    named = {"AWS_SHARED_CREDENTIALS_FILE": "./~/.aws/credentials"}
    assert connect_in(strange, None, **named).found == "STRANGER"


def test_files_at_home_are_read(strange: Path) -> None:
    home = str(strange / "home")
    assert connect_in(strange, home, AWS_CONFIG_FILE=os.devnull).found != "STRANGER"
    (strange / "home/.aws/models/iam/2010-05-08/service-2.json").unlink()
    (strange / "home/.aws/models/endpoints.json").unlink()
    assert connect_in(strange, home, AWS_CONFIG_FILE=os.devnull).found == "STRANGER"
