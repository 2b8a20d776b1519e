"""Assume the role of a profile with MFA codes; the session is kept as the AWS CLI keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import boto3
import botocore.session
from botocore.exceptions import NoCredentialsError

from iam.aws.config_files import CLI_CACHE, astray, skip_astray_files
from iam.aws.connect import DEFAULT_REGION, Settings
from iam.aws.credentials import resolver_for
from iam.aws.service_data import use_lean_service_data
from iam.errors import explain

_REFUSED = "MultiFactorAuthentication failed"
"""How AWS's message begins where it does not accept a code, which has no error code of its own."""


class Step(NamedTuple):
    """What came of some MFA codes."""

    needs: str = ""
    """Which code is needed next, in a sentence; empty once the role has been assumed."""
    refused: bool = False
    """AWS did not accept a code, so that none of them counts any more."""
    for_all: bool = True
    """Whether other processes find the session, too."""


def assume_role(settings: Settings, codes: Sequence[str]) -> Step:
    """Assume the role of a profile, and keep its session for the connections made next; blocking.

    Args:
        settings: With the profile.
        codes: MFA codes, in the order in which they were asked for: a profile whose source is
            another role may need several.

    Raises:
        AwsError: Something else than a code is wrong.
    """
    try:
        core = botocore.session.get_session()
        skip_astray_files(core)
        use_lean_service_data(core)
        session = boto3.Session(profile_name=settings.profile, botocore_session=core)
        region = settings.region or session.region_name or DEFAULT_REGION
        found = resolver_for(core, session.profile_name, region, codes).load_credentials()
        if found is None:
            raise NoCredentialsError
        found.get_frozen_credentials()  # only now is AWS asked
    except Exception as error:
        explained = explain(error, "assume the role", settings.profile)
        if explained.code == "MfaRequired":
            return Step(explained.sentence)
        if codes and explained.denied and _REFUSED in explained.sentence:
            # Whatever has been assumed on the way needs no code any more.
            return assume_role(settings, ())._replace(refused=True)
        raise explained from error
    return Step(for_all=not astray(CLI_CACHE))
