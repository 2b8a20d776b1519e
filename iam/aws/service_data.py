"""botocore's descriptions of services: from trusted folders, and no more than the app needs.

botocore keeps the endpoints of all services in memory, 7 MB; the app calls a handful.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from botocore.loaders import Loader
from botocore.session import Session

from iam.aws.config_files import astray

_ENDPOINTS = "endpoints"
_CALLED = frozenset({"iam", "sts", "portal.sso", "oidc", "signin"})
"""By their names in botocore's list of endpoints: IAM, STS, and what gives credentials."""


class LeanLoader(Loader):
    """A loader that keeps only the endpoints of the services that are called."""

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """Load a data file, and the path it is from; botocore asks for endpoints this way."""
        data, path = super().load_data_with_path(name)
        if name == _ENDPOINTS:
            for partition in data.get("partitions", ()):
                services = partition.get("services", {})
                for unused in services.keys() - _CALLED:
                    del services[unused]
        return data, path


def use_lean_service_data(core: Session) -> None:
    """Have a session read descriptions lean, and none that are astray; before it reads any.

    An empty place, as in `AWS_DATA_PATH=/opt/models:`, is the working folder as well.
    """
    usual: Loader = core.get_component("data_loader")
    default = usual.CUSTOMER_DATA_PATH
    astray_too = {""} if Path(default).is_absolute() else {"", default}
    lean = LeanLoader()
    lean.search_paths[:] = [
        place for place in usual.search_paths if not astray(place) and place not in astray_too
    ]
    core.register_component("data_loader", lean)
