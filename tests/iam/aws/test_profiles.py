"""The profiles of the AWS configuration, as far as its files describe them."""

from __future__ import annotations

from pathlib import Path

import pytest

from iam.aws.profiles import Profile, bedrock_regions, read_profiles
from iam.errors import AwsError

CONFIG = """
[default]
region = us-east-1
[profile sso]
sso_session = acme
sso_account_id = 111111111111
sso_role_name = Admin
[profile role]
role_arn = arn:aws:iam::222222222222:role/ops/Auditor
source_profile = default
region = eu-west-1
[profile web]
role_arn = arn:aws:iam::333333333333:role/Web
web_identity_token_file = /token
[profile process]
credential_process = get-keys
aws_account_id = 444444444444
[profile login]
login_session = arn:aws:iam::555555555555:user/alice
[profile nothing]
output = json
[profile odd]
region =
  nested = x
[sso-session acme]
sso_start_url = https://acme.awsapps.com/start
sso_region = us-east-1
"""


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = {
        "AWS_CONFIG_FILE": CONFIG,
        "AWS_SHARED_CREDENTIALS_FILE": "[default]\naws_access_key_id = A\n"
        "aws_secret_access_key = B\n[only-keys]\naws_access_key_id = A\n",
    }
    for name, text in files.items():
        monkeypatch.setenv(name, str(tmp_path / name))
        (tmp_path / name).write_text(text)


def test_each_profile_says_whose_account_it_is_and_how_it_gets_credentials(
    configured: None,
) -> None:
    profiles = read_profiles()
    assert profiles.all == (
        Profile("default", "keys", region="us-east-1"),
        Profile("login", "login", "555555555555"),
        Profile("nothing", ""),
        Profile("odd", ""),
        Profile("only-keys", "keys"),
        Profile("process", "process", "444444444444"),
        Profile("role", "role", "222222222222", "eu-west-1", "Auditor"),
        Profile("sso", "sso", "111111111111", "", "Admin"),
        Profile("web", "web", "333333333333", "", "Web"),
    )
    assert profiles.default == "default"


def test_the_environment_names_the_default_profile(
    configured: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "sso")
    assert read_profiles().default == "sso"


def test_keys_in_the_environment_come_before_a_profile_that_it_names(
    configured: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "sso")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A")
    profiles = read_profiles()
    assert profiles.default == ""
    assert profiles.all[0] == Profile("", "env")


def test_without_a_default_profile_the_machine_may_have_credentials() -> None:
    assert read_profiles().all == (Profile("", "host"),)


def test_a_configuration_that_cannot_be_read_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[profile x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(AwsError, match="configuration cannot be read"):
        read_profiles()


def test_the_regions_are_those_of_the_partition() -> None:
    assert "us-east-1" in bedrock_regions("aws")
    assert bedrock_regions("aws-us-gov") == ("us-gov-east-1", "us-gov-west-1")
