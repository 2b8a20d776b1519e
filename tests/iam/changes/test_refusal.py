"""What AWS's access denied messages say: every documented wording, and others."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from iam.account.model import User
from iam.changes.key_plan import KeyChange
from iam.changes.plan import Change
from iam.changes.refusal import Refusal, RefusingKind, parse_refusal, refusal_of
from iam.changes.refusing_statement import explained
from iam.errors import AwsError, explain
from iam.policy.action_catalogue import catalogue
from tests.build import ID, LIMITED, Json, account, allow, deny, policy, policy_arn, the, user

JOHN = "User: arn:aws:iam::777788889999:user/John is not authorized to perform: "
LIST = "codecommit:ListRepositories"
DEPLOY = (
    "codedeploy:ListDeployments on resource: "
    "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:* "
)
READ = "secretsmanager:GetSecretValue"
SECRET = f"{READ} on resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:* "
PUBLISH = (
    "SNS:Publish on resource: arn:aws:sns:us-east-1:444455556666:role-name-2 with an explicit deny "
)
DOCUMENTED: tuple[tuple[str, bool, RefusingKind], ...] = (
    (
        f"{LIST} because no service control policy allows the codecommit:ListRespositories action",
        False,
        "scp",
    ),
    (f"{LIST} with an explicit deny in a service control policy", True, "scp"),
    (f"{SECRET}with an explicit deny in a resource control policy", True, "rcp"),
    (f"{LIST} because no VPC endpoint policy allows the {LIST} action", False, "endpoint"),
    (f"{DEPLOY}with an explicit deny in a VPC endpoint policy", True, "endpoint"),
    (
        f"{DEPLOY}because no permissions boundary allows the codedeploy:ListDeployments action",
        False,
        "boundary",
    ),
    ("sagemaker:ListModels with an explicit deny in a permissions boundary", True, "boundary"),
    (f"{LIST} because no session policy allows the {LIST} action", False, "session"),
    (f"{DEPLOY}with an explicit deny in a sessions policy", True, "session"),
    (f"{DEPLOY}with an explicit deny in a session policy", True, "session"),
    (
        f"{READ} because no resource-based policy allows the {READ} action",
        False,
        "resource",
    ),
    (f"{SECRET}with an explicit deny in a resource-based policy", True, "resource"),
    (
        "sts:AssumeRole because no role trust policy allows the sts:AssumeRole action",
        False,
        "trust",
    ),
    ("sts:AssumeRole with an explicit deny in the role trust policy", True, "trust"),
    (f"{LIST} because no identity-based policy allows the {LIST} action", False, "identity"),
    (f"{DEPLOY}with an explicit deny in an identity-based policy", True, "identity"),
    (
        f"{PUBLISH}in a VPC endpoint policy transitively through a service control policy",
        True,
        "scp",
    ),
)


@pytest.mark.parametrize(("message", "explicit", "kind"), DOCUMENTED)
def test_documented_wordings(message: str, explicit: bool, kind: RefusingKind) -> None:
    assert parse_refusal(JOHN + message) == Refusal(explicit, kind)


def test_the_arn_of_the_policy_is_taken_from_the_message() -> None:
    scp = "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgn"
    for joint in (": ", ", with policy ARN: "):
        said = parse_refusal(
            f"{JOHN}iam:ListRoles on resource: arn:aws:iam::123456789012:role/* with an explicit "
            f"deny in a service control policy{joint}{scp}"
        )
        assert said == Refusal(True, "scp", scp)
        assert said.in_words == (f"Refused by an explicit deny in a service control policy: {scp}.")


def test_an_authorization_id_comes_with_its_command() -> None:
    said = parse_refusal(
        f"{JOHN}iam:CreateInstanceProfile on resource: arn:aws:iam::1:instance-profile/p "
        "with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/D. "
        "Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1"
        "#/authorization-details/example1a2b for complete details, or call the "
        "GetRequestAuthorizationDetails API with the following authorization id: example1a2b"
    )
    policy = "arn:aws:iam::123456789012:policy/D"
    assert said == Refusal(True, "identity", policy, None, "example1a2b")
    assert said.command == (
        "aws iam-toolbox get-request-authorization-details --authorization-id example1a2b"
    )


def test_an_encoded_message_comes_whole_with_its_command() -> None:
    encoded = "4GIOHlTkIaWH-" * 200
    error = explain(
        ClientError(
            {
                "Error": {
                    "Code": "UnauthorizedOperation",
                    "Message": "You are not authorized to perform this operation. Encoded "
                    f"authorization failure message: {encoded}",
                }
            },
            "AttachUserPolicy",
        ),
        "attach user policy",
    )
    assert len(error.sentence) < 700
    said = refusal_of(error)
    assert said == Refusal(encoded=encoded)
    assert said.command.endswith(f"--encoded-message {encoded}")
    assert said.in_words == ""


@pytest.mark.parametrize(
    "message", ["Access Denied", "", "because of the test", "because no friend allows the x action"]
)
def test_other_wordings_say_nothing(message: str) -> None:
    assert parse_refusal(message) == Refusal()
    assert parse_refusal(message).in_words == parse_refusal(message).command == ""


def test_an_explicit_deny_of_no_kind_is_still_one() -> None:
    said = parse_refusal(f"{JOHN}lambda:GetFunction with an explicit deny")
    assert said.in_words == "Refused by an explicit deny."


def test_other_errors_are_no_refusals() -> None:
    assert refusal_of(AwsError("Throttling", "AWS is throttling.", "Wait.")) is None


# The statement


def lines(
    refusal: Refusal, *items: Json, caller: str = f"arn:aws:iam::{ID}:user/alice"
) -> list[str]:
    made = account(user("bob"), *items)
    change = Change("attach", the(made, "bob"), LIMITED)
    return list(explained(refusal, change, made, caller, catalogue()).lines)


def test_the_statement_of_the_caller_is_named() -> None:
    own = {**deny("iam:Attach*", Condition={"ArnEquals": {"iam:PolicyARN": LIMITED}}), "Sid": "No"}
    said = lines(Refusal(True, "identity"), user("alice", allow(), own))
    assert said == [
        "Refused by an explicit deny in an identity-based policy.",
        f"The statement: No of inline-1 (if iam:PolicyARN is like {LIMITED}).",
    ]


def test_a_refused_change_of_a_key_is_explained_alike() -> None:
    own = {**deny("iam:UpdateServiceSpecific*"), "Sid": "NoKeys"}
    made = account(user("alice", allow(), own))
    alice = the(made)
    assert isinstance(alice, User)
    for op, named in (("deactivate-key", True), ("delete-key", False)):
        change = KeyChange(op, alice, "ACCA1")  # type: ignore[arg-type]
        said = explained(Refusal(True, "identity"), change, made, alice.arn, catalogue()).lines
        assert any("NoKeys of inline-1" in line for line in said) is named


def test_only_statements_of_the_kind_that_refused_are_named() -> None:
    said = lines(Refusal(True, "scp"), user("alice", allow(), deny("iam:*")))
    assert said[1] == "No such service control policy is among the policies that were read."


def test_a_boundary_that_does_not_allow_it_is_named() -> None:
    said = lines(
        Refusal(False, "boundary"),
        user("alice", allow(), boundary=policy_arn("limits")),
        policy("limits", allow("s3:*")),
    )
    assert said[0] == "Refused because no permissions boundary allows it."
    assert said[1] == f"As read: limited by boundary {policy_arn('limits')}."


def test_a_caller_without_an_allow_is_confirmed() -> None:
    said = lines(Refusal(False, "identity"), user("alice"))
    assert said[1] == "As read: no policy of alice allows it."


def test_a_caller_of_another_account_leaves_the_message_alone() -> None:
    caller = "arn:aws:iam::999999999999:user/alice"
    assert lines(Refusal(True, "identity"), caller=caller) == [
        "Refused by an explicit deny in an identity-based policy."
    ]


def test_a_session_policy_cannot_be_read() -> None:
    said = lines(Refusal(False, "session"), user("alice", allow()))
    assert said[1] == "Which session policy it is cannot be read with the account."
