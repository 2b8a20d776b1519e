"""The account of the demo: users, roles and groups with every kind of access to Bedrock.

A table of who has what, and one function that writes it into an IAM by the public API.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
ALIAS = "acme-ml"
_LIMITED = "AmazonBedrockLimitedAccess"
_FULL = "AmazonBedrockFullAccess"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Who:
    """A user, role or group to be."""

    name: str
    attached: tuple[str, ...] = ()
    """Names of managed policies; AWS's, or the account's own below."""
    groups: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    """Names of documents below."""
    boundary: str | None = None
    """For roles: moto has no boundaries of users."""
    path: str = "/"
    service: str = "ec2"
    tags: dict[str, str] = field(default_factory=dict)


def _statement(effect: str, action: str | list[str], resource: str = "*", **more: Any) -> Json:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


_CLAUDE = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.*"
_DOCUMENTS: dict[str, list[Json]] = {
    "InvokeClaudeOnly": [
        _statement("Allow", ["bedrock:InvokeModel*", "bedrock:GetFoundationModel"], _CLAUDE),
        _statement("Allow", "bedrock:ListFoundationModels"),
    ],
    "BedrockReadBoundary": [_statement("Allow", ["s3:*", "bedrock:Get*", "bedrock:List*"])],
    "StorageBoundary": [_statement("Allow", ["s3:*", "dynamodb:*", "logs:*"])],
    "ArtifactsBucket": [
        _statement("Allow", ["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::acme-artifacts/*")
    ],
    "DenyInvoke": [_statement("Deny", ["bedrock:InvokeModel*", "bedrock-mantle:CreateInference"])],
    "DenyWithoutMfa": [
        _statement(
            "Deny",
            ["bedrock:Create*", "bedrock:Delete*"],
            Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        )
    ],
    "AllButIdentity": [
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}
    ],
    "DescribeKeys": [_statement("Allow", ["kms:DescribeKey", "kms:ListAliases"])],
    "InvokeFromOffice": [
        _statement(
            "Allow",
            "bedrock:InvokeModel",
            Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        )
    ],
    "OwnGuardrails": [
        _statement(
            "Allow",
            ["bedrock:*Guardrail*", "bedrock:ApplyGuardrail"],
            "arn:aws:bedrock:*:123456789012:guardrail/${aws:username}-*",
        )
    ],
}
_MANAGED = ("InvokeClaudeOnly", "BedrockReadBoundary", "StorageBoundary", "ArtifactsBucket")

GROUPS = (
    _Who("admins", ("AdministratorAccess",)),
    _Who("analysts", ("ReadOnlyAccess",)),
    _Who("developers", ("PowerUserAccess",)),
    _Who("ml-team", (_LIMITED,)),
    _Who("security", ("SecurityAudit",)),
)
USERS = (
    _Who("alice.chen", (_FULL,), path="/engineering/", tags={"team": "ml", "cost": "4711"}),
    _Who("bob.okafor", groups=("ml-team",), path="/engineering/", tags={"team": "ml"}),
    _Who("carla.rossi", (_LIMITED,), ("ml-team",), path="/engineering/"),
    _Who("dmitri.volkov", groups=("admins",), path="/operations/"),
    _Who("emma.larsen", groups=("developers",), path="/engineering/"),
    _Who("farid.haddad", (_LIMITED,), inline=("DenyInvoke",), tags={"note": "on leave"}),
    _Who("grace.kim", (_LIMITED,), tags={"team": "contractors"}),
    _Who("hugo.silva", ("InvokeClaudeOnly",), path="/engineering/"),
    _Who("ines.moreau", groups=("analysts",)),
    _Who("jonas.weber", groups=("security",), path="/operations/"),
    _Who("kavya.patel", (_LIMITED,), inline=("DenyWithoutMfa",), path="/engineering/"),
    _Who("liam.murphy"),
    _Who("mei.tanaka", (_FULL,)),
    _Who("noah.schmidt", inline=("InvokeFromOffice",)),
    _Who("olga.nowak", groups=("ml-team", "analysts")),
    _Who("pablo.garcia", ("AmazonBedrockReadOnly",)),
    _Who("quinn.taylor", inline=("OwnGuardrails",)),
    _Who("rosa.diaz"),
    _Who("ci-deployer", inline=("AllButIdentity",), path="/automation/"),
    _Who("BedrockAPIKey-x7f2", (_LIMITED,)),
    _Who("backup-agent", ("ArtifactsBucket",), path="/automation/"),
)
_EXECUTION = "AWSLambdaBasicExecutionRole"
_SERVICE_ROLE_POLICIES = (_EXECUTION, "AmazonECSTaskExecutionRolePolicy")
_JOB_FUNCTION_POLICIES = ("ViewOnlyAccess",)
ROLES = (
    _Who("AdminBreakGlass", ("AdministratorAccess",), tags={"owner": "operations"}),
    _Who("ApiGatewayLogs", service="apigateway"),
    _Who("AssistantBackend", (_LIMITED,), inline=("DescribeKeys",), service="ecs-tasks"),
    _Who("AssistantStaging", (_LIMITED,), boundary="BedrockReadBoundary", service="ecs-tasks"),
    _Who("BatchInference", ("InvokeClaudeOnly",), service="batch"),
    _Who("BeanstalkWeb", ("AWSElasticBeanstalkWebTier",)),
    _Who("BillingExport", ("ArtifactsBucket",), service="lambda"),
    _Who("ChatbotLambda", (_EXECUTION, _LIMITED), service="lambda", path="/service-role/"),
    _Who("CodeBuild-web", ("ArtifactsBucket",), service="codebuild", path="/service-role/"),
    _Who("CodeBuild-ml", ("ArtifactsBucket", _LIMITED), service="codebuild", path="/service-role/"),
    _Who("CrossAccountAudit", ("SecurityAudit", "ViewOnlyAccess")),
    _Who("DataCatalog", service="glue"),
    _Who("DeployBlue", inline=("AllButIdentity",), path="/automation/"),
    _Who("DeployGreen", inline=("AllButIdentity",), path="/automation/"),
    _Who("DocsIndexer", ("AmazonBedrockReadOnly",), service="lambda"),
    _Who("EcsExecution", ("AmazonECSTaskExecutionRolePolicy",), service="ecs-tasks"),
    _Who("EmbeddingJobs", ("AmazonBedrockMantleInferenceAccess",), service="batch"),
    _Who("EventRelay", (_EXECUTION,), service="lambda"),
    _Who("FraudScoring", (_FULL,), inline=("DenyInvoke",), service="lambda"),
    _Who("GitHubActions", ("PowerUserAccess",), path="/automation/"),
    _Who("GuardrailAdmin", inline=("OwnGuardrails",)),
    _Who("ImageResizer", (_EXECUTION, "ArtifactsBucket"), service="lambda"),
    _Who("IncidentResponse", ("ReadOnlyAccess",)),
    _Who("KeyInspector", inline=("DescribeKeys",)),
    _Who("LegacyBatch", boundary="StorageBoundary", service="batch"),
    _Who("ModelEvaluation", (_FULL,), service="sagemaker", path="/service-role/"),
    _Who("NightlyReports", (_EXECUTION,), service="lambda"),
    _Who("NotebookExecution", ("AmazonSageMakerFullAccess",), service="sagemaker"),
    _Who(
        "PolicyHeavy",
        (
            "AmazonS3ReadOnlyAccess", "AmazonSQSReadOnlyAccess", "AmazonSNSReadOnlyAccess",
            "AmazonEC2ReadOnlyAccess", "AmazonRDSReadOnlyAccess", "AmazonVPCReadOnlyAccess",
            "CloudWatchReadOnlyAccess", "AmazonDynamoDBReadOnlyAccess", "IAMReadOnlyAccess",
            "AmazonRoute53ReadOnlyAccess",
        ),
    ),
    _Who("PromptLab", (_LIMITED,), boundary="StorageBoundary", service="lambda"),
    _Who("QueueWorker", (_EXECUTION,), service="lambda"),
    _Who("ReadReplica", service="rds"),
    _Who("SearchProxy", inline=("InvokeFromOffice",), service="lambda"),
    _Who("SupportAccess", ("AWSSupportAccess",)),
    _Who("TerraformApply", ("AdministratorAccess",), path="/automation/"),
    _Who("TerraformPlan", ("ReadOnlyAccess",), path="/automation/"),
    _Who("TranslateService", (_EXECUTION, "InvokeClaudeOnly"), service="lambda"),
    _Who("VpcFlowLogs", service="vpc-flow-logs"),
    _Who(
        "AWSReservedSSO_DataScience_9f3c1a77be20d4e1",
        (_LIMITED,),
        path="/aws-reserved/sso.amazonaws.com/",
    ),
    _Who(
        "AWSReservedSSO_AdministratorAccess_51c07d2e88aa9b03",
        ("AdministratorAccess",),
        path="/aws-reserved/sso.amazonaws.com/",
    ),
)  # fmt: skip
_SERVICE_LINKED = ("autoscaling.amazonaws.com",)


def fill(iam: IAMClient) -> None:
    """Write the story into an empty account whose AWS managed policies are there."""
    arns = _Arns()
    iam.create_account_alias(AccountAlias=ALIAS)
    for name in _MANAGED:
        created = iam.create_policy(PolicyName=name, PolicyDocument=_document(name))
        arns[name] = created["Policy"]["Arn"]
    for who in GROUPS:
        iam.create_group(GroupName=who.name)
        for policy in who.attached:
            iam.attach_group_policy(GroupName=who.name, PolicyArn=arns[policy])
    for who in USERS:
        iam.create_user(UserName=who.name, Path=who.path, Tags=_tags(who))
        for group in who.groups:
            iam.add_user_to_group(GroupName=group, UserName=who.name)
        for policy in who.attached:
            iam.attach_user_policy(UserName=who.name, PolicyArn=arns[policy])
        for name in who.inline:
            iam.put_user_policy(UserName=who.name, PolicyName=name, PolicyDocument=_document(name))
    for who in ROLES:
        boundary_of: Any = {"PermissionsBoundary": arns[who.boundary]} if who.boundary else {}
        iam.create_role(
            RoleName=who.name,
            Path=who.path,
            AssumeRolePolicyDocument=_trust(who.service),
            Tags=_tags(who),
            **boundary_of,
        )
        for policy in who.attached:
            iam.attach_role_policy(RoleName=who.name, PolicyArn=arns[policy])
        for name in who.inline:
            iam.put_role_policy(RoleName=who.name, PolicyName=name, PolicyDocument=_document(name))
    for service in _SERVICE_LINKED:
        iam.create_service_linked_role(AWSServiceName=service)


class _Arns(dict[str, str]):
    """ARNs by policy name; one that the account did not make is AWS's."""

    def __missing__(self, name: str) -> str:
        path = "service-role/" if name in _SERVICE_ROLE_POLICIES else ""
        path = "job-function/" if name in _JOB_FUNCTION_POLICIES else path
        return f"arn:aws:iam::aws:policy/{path}{name}"


def _document(name: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": _DOCUMENTS[name]})


def _trust(service: str) -> str:
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _tags(who: _Who) -> Any:
    return [{"Key": key, "Value": value} for key, value in who.tags.items()]
