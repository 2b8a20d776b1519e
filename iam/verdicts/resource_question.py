"""Questions about one resource, as an operator writes them.

`bedrock:InvokeModel on anthropic.claude-… in eu-central-1`, or `… on arn:aws:bedrock:…`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from iam.account.model_order import newest_first
from iam.account.shipped_models import shipped_models, shipped_regions
from iam.policy.action_catalogue import Action
from iam.verdicts.request import acts_on

ON, IN = " on ", " in "
_PROFILE = re.compile(r"(?:us|us-gov|eu|ap|apac|au|ca|il|in|jp|me|sa|global)\.[a-z0-9]+\.")
"""The beginning of the ID of an inference profile: a geography, then the model.

https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
"""


class ResourceQuestion(NamedTuple):
    """An action, and the resource that it is asked about."""

    action: str
    resource: str
    """As written: an ARN, a pattern, the ID of a model or a profile; empty for all resources."""
    region: str = ""
    """The region of a model or a profile; empty for every one."""

    @classmethod
    def parse(cls, text: str) -> ResourceQuestion:
        """Take a question apart; one without a resource is all action."""
        action, _, rest = text.partition(ON)
        if rest.strip().startswith("arn:"):
            return cls(action.strip(), rest.strip())
        resource, _, region = rest.partition(IN)
        return cls(action.strip(), resource.strip(), region.strip())

    def arn(self, partition: str, account: str) -> str:
        """The ARN, or the pattern, of the resource; empty for all.

        Args:
            partition: The partition of the account.
            account: Its ID, which is in the ARNs of profiles.
        """
        written = self.resource
        if not written or written == "*" or written.startswith("arn:"):
            return written
        where = f"arn:{partition}:bedrock:{self.region or '*'}"
        if _PROFILE.match(written):
            return f"{where}:{account}:inference-profile/{written}"
        return f"{where}::foundation-model/{written}"


def suggestions(action: Action, written: str, partition: str) -> list[str]:
    """Complete a question about an action from the models and regions that the app knows.

    Args:
        action: The action.
        written: What has been written behind `on`.
        partition: The partition of the account.

    Returns:
        Questions: the one as written, if its resource is complete, then models that contain the
        word, the newest of a provider first; behind ` in `, regions.
    """
    asked = ResourceQuestion.parse(f"{action.id}{ON}{written} ")
    if asked.resource.startswith("arn:"):
        return [f"{action.id}{ON}{asked.resource}"] if acts_on(action, asked.resource) else []
    model_arn = f"arn:{partition}:bedrock:*::foundation-model/*"
    if not acts_on(action, model_arn):
        return []
    if IN in f"{written} ":
        start = f"{action.id}{ON}{asked.resource}{IN}"
        regions = shipped_regions(partition)
        return [start + region for region in regions if region.startswith(asked.region)]
    word = asked.resource.lower()
    return [f"{action.id}{ON}{id}" for id in _models(partition) if word in id.lower()]


@cache
def _models(partition: str) -> tuple[str, ...]:
    """The IDs of the models of all regions, the newest of a provider first."""
    lists = (shipped_models(region, partition, "") for region in shipped_regions(partition))
    models = {model.id: model for each in lists for model in each.models}
    return tuple(model.id for model in newest_first(models.values()))
