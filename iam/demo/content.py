"""The account of the demo: users, roles and groups with every kind of access to Bedrock.

A table of the entities and their policies, and a function that creates them through IAM's API.
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
class _Entity:
    """A user, role or group to create."""

    name: str
    attached: tuple[str, ...] = ()
    """Names of managed policies: AWS's, or the account's own in `_MANAGED`."""
    groups: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    """Names in `_DOCUMENTS`."""
    boundary: str | None = None
    """For roles only: moto does not support boundaries of users."""
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
    "DenyLongTermKeys": [
        _statement(
            "Deny",
            f"{service}:CallWithBearerToken",
            Condition={"StringEquals": {f"{service}:BearerTokenType": "LONG_TERM"}},
        )
        for service in ("bedrock", "bedrock-mantle")
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
    _Entity("admins", ("AdministratorAccess",)),
    _Entity("analysts", ("ReadOnlyAccess",)),
    _Entity("developers", ("PowerUserAccess",)),
    _Entity("ml-team", (_LIMITED,)),
    _Entity("security", ("SecurityAudit",)),
)
USERS = (
    _Entity("alice.chen", (_FULL,), path="/engineering/", tags={"team": "ml", "cost": "4711"}),
    _Entity("bob.okafor", groups=("ml-team",), path="/engineering/", tags={"team": "ml"}),
    _Entity("carla.rossi", (_LIMITED,), ("ml-team",), path="/engineering/"),
    _Entity("dmitri.volkov", groups=("admins",), path="/operations/"),
    _Entity("emma.larsen", groups=("developers",), path="/engineering/"),
    _Entity("farid.haddad", (_LIMITED,), inline=("DenyInvoke",), tags={"note": "on leave"}),
    _Entity("grace.kim", (_LIMITED,), tags={"team": "contractors"}),
    _Entity("hugo.silva", ("InvokeClaudeOnly",), path="/engineering/"),
    _Entity("ines.moreau", groups=("analysts",)),
    _Entity("jonas.weber", groups=("security",), path="/operations/"),
    _Entity(
        "kavya.patel",
        (_LIMITED,),
        inline=("DenyWithoutMfa", "DenyLongTermKeys"),
        path="/engineering/",
    ),
    _Entity("liam.murphy"),
    _Entity("mei.tanaka", (_FULL,)),
    _Entity("noah.schmidt", inline=("InvokeFromOffice",)),
    _Entity("olga.nowak", groups=("ml-team", "analysts")),
    _Entity("pablo.garcia", ("AmazonBedrockReadOnly",)),
    _Entity("quinn.taylor", inline=("OwnGuardrails",)),
    _Entity("rosa.diaz"),
    _Entity("ci-deployer", inline=("AllButIdentity",), path="/automation/"),
    _Entity("BedrockAPIKey-x7f2", (_LIMITED,)),
    _Entity("backup-agent", ("ArtifactsBucket",), path="/automation/"),
)
_EXECUTION = "AWSLambdaBasicExecutionRole"
_SERVICE_ROLE_POLICIES = (_EXECUTION, "AmazonECSTaskExecutionRolePolicy")
_JOB_FUNCTION_POLICIES = ("ViewOnlyAccess",)
ROLES = (
    _Entity("AdminBreakGlass", ("AdministratorAccess",), tags={"owner": "operations"}),
    _Entity("ApiGatewayLogs", service="apigateway"),
    _Entity("AssistantBackend", (_LIMITED,), inline=("DescribeKeys",), service="ecs-tasks"),
    _Entity("AssistantStaging", (_LIMITED,), boundary="BedrockReadBoundary", service="ecs-tasks"),
    _Entity("BatchInference", ("InvokeClaudeOnly",), service="batch"),
    _Entity("BeanstalkWeb", ("AWSElasticBeanstalkWebTier",)),
    _Entity("BillingExport", ("ArtifactsBucket",), service="lambda"),
    _Entity("ChatbotLambda", (_EXECUTION, _LIMITED), service="lambda", path="/service-role/"),
    _Entity("CodeBuild-web", ("ArtifactsBucket",), service="codebuild", path="/service-role/"),
    _Entity(
        "CodeBuild-ml", ("ArtifactsBucket", _LIMITED), service="codebuild", path="/service-role/"
    ),
    _Entity("CrossAccountAudit", ("SecurityAudit", "ViewOnlyAccess")),
    _Entity("DataCatalog", service="glue"),
    _Entity("DeployBlue", inline=("AllButIdentity",), path="/automation/"),
    _Entity("DeployGreen", inline=("AllButIdentity",), path="/automation/"),
    _Entity("DocsIndexer", ("AmazonBedrockReadOnly",), service="lambda"),
    _Entity("EcsExecution", ("AmazonECSTaskExecutionRolePolicy",), service="ecs-tasks"),
    _Entity("EmbeddingJobs", ("AmazonBedrockMantleInferenceAccess",), service="batch"),
    _Entity("EventRelay", (_EXECUTION,), service="lambda"),
    _Entity("FraudScoring", (_FULL,), inline=("DenyInvoke",), service="lambda"),
    _Entity("GitHubActions", ("PowerUserAccess",), path="/automation/"),
    _Entity("GuardrailAdmin", inline=("OwnGuardrails",)),
    _Entity("ImageResizer", (_EXECUTION, "ArtifactsBucket"), service="lambda"),
    _Entity("IncidentResponse", ("ReadOnlyAccess",)),
    _Entity("KeyInspector", inline=("DescribeKeys",)),
    _Entity("LegacyBatch", boundary="StorageBoundary", service="batch"),
    _Entity("ModelEvaluation", (_FULL,), service="sagemaker", path="/service-role/"),
    _Entity("NightlyReports", (_EXECUTION,), service="lambda"),
    _Entity("NotebookExecution", ("AmazonSageMakerFullAccess",), service="sagemaker"),
    _Entity(
        "PolicyHeavy",
        (
            "AmazonS3ReadOnlyAccess", "AmazonSQSReadOnlyAccess", "AmazonSNSReadOnlyAccess",
            "AmazonEC2ReadOnlyAccess", "AmazonRDSReadOnlyAccess", "AmazonVPCReadOnlyAccess",
            "CloudWatchReadOnlyAccess", "AmazonDynamoDBReadOnlyAccess", "IAMReadOnlyAccess",
            "AmazonRoute53ReadOnlyAccess",
        ),
    ),
    _Entity("PromptLab", (_LIMITED,), boundary="StorageBoundary", service="lambda"),
    _Entity("QueueWorker", (_EXECUTION,), service="lambda"),
    _Entity("ReadReplica", service="rds"),
    _Entity("SearchProxy", inline=("InvokeFromOffice",), service="lambda"),
    _Entity("SupportAccess", ("AWSSupportAccess",)),
    _Entity("TerraformApply", ("AdministratorAccess",), path="/automation/"),
    _Entity("TerraformPlan", ("ReadOnlyAccess",), path="/automation/"),
    _Entity("TranslateService", (_EXECUTION, "InvokeClaudeOnly"), service="lambda"),
    _Entity("VpcFlowLogs", service="vpc-flow-logs"),
    _Entity(
        "AWSReservedSSO_DataScience_9f3c1a77be20d4e1",
        (_LIMITED,),
        path="/aws-reserved/sso.amazonaws.com/",
    ),
    _Entity(
        "AWSReservedSSO_AdministratorAccess_51c07d2e88aa9b03",
        ("AdministratorAccess",),
        path="/aws-reserved/sso.amazonaws.com/",
    ),
)  # fmt: skip
_SERVICE_LINKED = ("autoscaling.amazonaws.com",)


def fill(iam: IAMClient) -> None:
    """Create everything in an empty account that has the AWS managed policies."""
    arns = _Arns()
    iam.create_account_alias(AccountAlias=ALIAS)
    for name in _MANAGED:
        created = iam.create_policy(PolicyName=name, PolicyDocument=_document(name))
        arns[name] = created["Policy"]["Arn"]
    for group in GROUPS:
        iam.create_group(GroupName=group.name)
        for policy in group.attached:
            iam.attach_group_policy(GroupName=group.name, PolicyArn=arns[policy])
    for user in USERS:
        iam.create_user(UserName=user.name, Path=user.path, Tags=_tags(user))
        for group_name in user.groups:
            iam.add_user_to_group(GroupName=group_name, UserName=user.name)
        for policy in user.attached:
            iam.attach_user_policy(UserName=user.name, PolicyArn=arns[policy])
        for name in user.inline:
            iam.put_user_policy(UserName=user.name, PolicyName=name, PolicyDocument=_document(name))
    for role in ROLES:
        boundary_of: Any = {"PermissionsBoundary": arns[role.boundary]} if role.boundary else {}
        iam.create_role(
            RoleName=role.name,
            Path=role.path,
            AssumeRolePolicyDocument=_trust(role.service),
            Tags=_tags(role),
            **boundary_of,
        )
        for policy in role.attached:
            iam.attach_role_policy(RoleName=role.name, PolicyArn=arns[policy])
        for name in role.inline:
            iam.put_role_policy(RoleName=role.name, PolicyName=name, PolicyDocument=_document(name))
    for service in _SERVICE_LINKED:
        iam.create_service_linked_role(AWSServiceName=service)


class _Arns(dict[str, str]):
    """ARNs by policy name; a policy that is not the account's own is AWS's."""

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


def _tags(entity: _Entity) -> Any:
    return [{"Key": key, "Value": value} for key, value in entity.tags.items()]
