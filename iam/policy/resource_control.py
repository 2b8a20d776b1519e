"""What resource control policies affect, of the services of the catalogue: keys, but not all.

They affect requests on a resource of the organization. What cannot be told from a request is
whether its key is a customer managed key of the organization: they never affect AWS managed keys,
nor keys of accounts elsewhere.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#actions-not-restricted-by-rcps
https://docs.aws.amazon.com/kms/latest/developerguide/resource-control-policies.html
"""

from __future__ import annotations

from iam.policy.action_catalogue import Action
from iam.text import ascii_lower

AFFECTED = "for customer managed keys"
"""What a Deny of theirs is about at the most, in words."""
_SERVICES = frozenset({"kms"})
_NOT_AFFECTED = frozenset({"kms:retiregrant"})


def affects(name: str, action: Action | None) -> bool:
    """Return whether resource control policies can deny an action on some resource.

    Args:
        name: The action, or a wildcard that matches no action of the catalogue.
        action: Its entry in the catalogue.
    """
    lower = ascii_lower(name)
    if lower.partition(":")[0] not in _SERVICES or lower in _NOT_AFFECTED:
        return False
    return action is None or any(format != "*" for format in action.resources)
