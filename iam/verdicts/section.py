"""The sections of a managed policy: one per statement, with titles and descriptions.

Sections are derived from the policy document, so statements that AWS adds become sections. Five
known Sids have titles; other sections are titled by their Sid. Deny statements are left out, since
they grant nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from iam.arn import Arn
from iam.policy.action_catalogue import Action, Catalogue
from iam.policy.document import Document, Statement, parse_document
from iam.policy.pattern import matches_any_action
from iam.verdicts.invocation import INVOKES

_TITLES = {
    "BedrockAPIs": ("Amazon Bedrock APIs", "Bedrock"),
    "DescribeKey": ("KMS Key Access", "KMS"),
    "APIsWithAllResourceAccess": ("Supporting Infrastructure Access", "Infra"),
    "BedrockMantleAPIs": ("Amazon Bedrock Mantle APIs", "Mantle"),
    "MarketplaceOperationsFromBedrockFor3pModels": (
        "AWS Marketplace – Third-Party Models",
        "Market",
    ),
}
_LABELS = {"BedrockWebSearch": "Web", "BedrockAll": "Bedrock", "BedrockMantleAll": "Mantle"}

_DESCRIPTIONS = {
    "bedrock:Get*": "read any Bedrock resource",
    "bedrock:List*": "list any Bedrock resource",
    "bedrock:CallWithBearerToken": "authenticate using a bearer token",
    "bedrock:BatchDeleteEvaluationJob": "batch delete evaluation jobs",
    "bedrock:CreateEvaluationJob": "create a model evaluation job",
    "bedrock:CreateGuardrail": "create a guardrail",
    "bedrock:CreateGuardrailVersion": "version a guardrail",
    "bedrock:CreateInferenceProfile": "create an inference profile",
    "bedrock:CreateModelCopyJob": "copy a model",
    "bedrock:CreateModelCustomizationJob": "fine-tune or customize a model",
    "bedrock:CreateModelImportJob": "import an external model",
    "bedrock:CreateModelInvocationJob": "create a batch invocation job",
    "bedrock:CreatePromptRouter": "create a prompt router",
    "bedrock:CreateProvisionedModelThroughput": "provision dedicated model capacity",
    "bedrock:DeleteCustomModel": "delete a custom model",
    "bedrock:DeleteGuardrail": "delete a guardrail",
    "bedrock:DeleteImportedModel": "delete an imported model",
    "bedrock:DeleteInferenceProfile": "delete an inference profile",
    "bedrock:DeletePromptRouter": "delete a prompt router",
    "bedrock:DeleteProvisionedModelThroughput": "remove provisioned model capacity",
    "bedrock:StopEvaluationJob": "stop a running evaluation job",
    "bedrock:StopModelCustomizationJob": "stop a model customization job",
    "bedrock:StopModelInvocationJob": "stop a model invocation job",
    "bedrock:TagResource": "add tags to a resource",
    "bedrock:UntagResource": "remove tags from a resource",
    "bedrock:UpdateGuardrail": "modify an existing guardrail",
    "bedrock:UpdateProvisionedModelThroughput": "modify provisioned capacity",
    "bedrock:ApplyGuardrail": "apply a guardrail to content",
    "bedrock:InvokeModel": "invoke a model for inference",
    "bedrock:InvokeModelWithResponseStream": "invoke a model with streaming output",
    "kms:DescribeKey": "look up details of a KMS encryption key",
    "iam:ListRoles": "list all IAM roles",
    "ec2:DescribeVpcs": "describe VPC configurations",
    "ec2:DescribeSubnets": "describe subnet configurations",
    "ec2:DescribeSecurityGroups": "describe security group configurations",
    "bedrock-mantle:CallWithBearerToken": "authenticate using a bearer token",
    "bedrock-mantle:Get*": "read any Bedrock Mantle resource",
    "bedrock-mantle:List*": "list any Bedrock Mantle resource",
    "bedrock-mantle:CreateInference": "create an inference request",
    "aws-marketplace:Subscribe": "subscribe to a marketplace listing",
    "aws-marketplace:ViewSubscriptions": "view marketplace subscriptions",
    "aws-marketplace:Unsubscribe": "unsubscribe from a marketplace listing",
}


_REGIONAL = ("bedrock", "bedrock-mantle")
NO_REGION = "unspecified"
"""The requested region of a request that may be sent to any region.

https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section's statement, such as `bedrock:Get*`."""

    action: str
    concrete: tuple[str, ...]
    """The concrete actions that match the entry; the entry itself if the catalogue has none."""


@dataclass(frozen=True, slots=True)
class Section:
    """One Allow statement of the managed policy."""

    sid: str
    """The Sid of the statement, made unique; `Statement 3` if it has none."""
    title: str
    label: str
    """A column heading of at most seven characters."""
    statement: Statement
    variables: bool
    """Whether `${…}` in the statement is a policy variable."""
    entries: tuple[Entry, ...]


def sections_of(document: Document, catalogue: Catalogue) -> tuple[Section, ...]:
    """Derive the sections of a policy document.

    Args:
        document: The document of the managed policy.
        catalogue: The concrete actions, to expand wildcards.

    Returns:
        A section per statement that is not a Deny, in the order of the document. A statement that
        was not understood has a `problem`, and its section may have no entries.
    """
    sections: list[Section] = []
    used_sids: set[str] = set()
    for statement in document.statements:
        if statement.effect == "Deny":
            continue
        name = statement.sid or f"Statement {statement.index + 1}"
        sid, n = name, 1
        while sid in used_sids:
            n += 1
            sid = f"{name} ({n})"
        used_sids.add(sid)
        sections.append(
            Section(
                sid=sid,
                title=_TITLES[name][0] if name in _TITLES else name,
                label=label_of(name),
                statement=statement,
                variables=document.version == "2012-10-17",
                entries=_entries(statement, catalogue),
            )
        )
    return tuple(sections)


def section_of_action(action: Action, sections: Iterable[Section]) -> Section:
    """Reduce the sections to a single action.

    Args:
        action: The concrete action.
        sections: The sections of the managed policy.

    Returns:
        The first section with the action, reduced to this action. If there is none, a section of
        all requests for the action.
    """
    entry = Entry(action.id, (action.id,))
    for section in sections:
        if any(action.id in e.concrete for e in section.entries):
            return replace(section, entries=(entry,))
    return section_on(action, "*")


def section_on(action: Action, resource: str) -> Section:
    """Make a section of all requests for an action on a resource, whatever the policy allows.

    Requests to Bedrock are sent to the region of their resource. Those for a model without a region
    have none: see `iam.verdicts.routes`.

    Args:
        action: The concrete action.
        resource: An ARN, or a pattern of some.
    """
    entry = Entry(action.id, (action.id,))
    everything = parse_document(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": action.id,
                "Resource": resource,
                **_sent_to(action, Arn.parse(resource)),
            },
        }
    )
    return Section(
        sid=action.id,
        title=action.id,
        label=_short_label(action.name),
        statement=everything.statements[0],
        variables=True,
        entries=(entry,),
    )


def _sent_to(action: Action, resource: Arn) -> dict[str, object]:
    """The condition that the region of a resource is that of the request, where it is known."""
    region = resource.region
    if action.service not in _REGIONAL or not resource.service or "*" in region or "?" in region:
        return {}
    return {"Condition": {"StringEquals": {"aws:RequestedRegion": region or NO_REGION}}}


def invoking_section() -> Section:
    """Make a section of all requests that invoke models, whatever the managed policy allows."""
    everything = parse_document(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": list(INVOKES), "Resource": "*"},
        }
    )
    return Section(
        sid="invoking models",
        title="invoking models",
        label="Invoke",
        statement=everything.statements[0],
        variables=True,
        entries=tuple(Entry(action, (action,)) for action in INVOKES),
    )


def label_of(sid: str) -> str:
    """The column heading of the section with this Sid, of at most seven characters."""
    if sid in _TITLES:
        return _TITLES[sid][1]
    return _LABELS.get(sid) or _short_label(sid)


def _short_label(sid: str) -> str:
    for lead in ("AmazonBedrock", "Bedrock", "Allow", "Statement "):
        if sid.startswith(lead) and len(sid) > len(lead):
            sid = sid[len(lead) :]
    return sid[:7]


def _entries(statement: Statement, catalogue: Catalogue) -> tuple[Entry, ...]:
    if statement.not_actions is not None:
        # The actions that are not excluded, grouped into one entry per service.
        services: dict[str, list[str]] = {}
        for action in catalogue.matching("*"):
            if not matches_any_action(statement.not_actions, action.id):
                services.setdefault(action.service, []).append(action.id)
        return tuple(Entry(f"{service}:*", tuple(ids)) for service, ids in services.items())
    return tuple(
        Entry(written, _concrete(written, catalogue))
        for written in dict.fromkeys(statement.actions or ())
    )


def _concrete(written: str, catalogue: Catalogue) -> tuple[str, ...]:
    if "*" in written or "?" in written:
        return tuple(action.id for action in catalogue.matching(written)) or (written,)
    return (written,)


def describe(action: str, catalogue: Catalogue) -> str:
    """Describe an entry or a concrete action in a few words.

    Args:
        action: The entry or concrete action.
        catalogue: The concrete actions with their descriptions.

    Returns:
        The description; empty if there is none.
    """
    if action in _DESCRIPTIONS:
        return _DESCRIPTIONS[action]
    found = catalogue.find(action)
    return found.description if found else ""
