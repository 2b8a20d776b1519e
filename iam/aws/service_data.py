"""Load botocore's service descriptions from trusted folders, without what the app does not use.

botocore keeps the endpoints of all services in memory: 7 MB, of which the app needs a few.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from botocore.loaders import Loader
from botocore.session import Session

from iam.aws.config_files import astray

_ENDPOINTS = "endpoints"
_CALLED = frozenset({"iam", "sts", "organizations", "portal.sso", "oidc", "signin"})
"""The services that are called, also for credentials, as botocore's list of endpoints names them.
Most services have their endpoints in their own descriptions; the list is for the others."""


class LeanLoader(Loader):
    """A loader that drops the endpoints of all other services."""

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """Load a data file; botocore loads the list of endpoints by this method."""
        data, path = super().load_data_with_path(name)
        if name == _ENDPOINTS:
            for partition in data.get("partitions", ()):
                services = partition.get("services", {})
                for unused in services.keys() - _CALLED:
                    del services[unused]
        return data, path


def use_lean_service_data(core: Session) -> None:
    """Make a session load service descriptions this way; call it before it makes a client.

    Folders that are astray are left out. An empty one, as in `AWS_DATA_PATH=/opt/models:`, is the
    working folder as well.
    """
    usual: Loader = core.get_component("data_loader")
    default = usual.CUSTOMER_DATA_PATH
    astray_too = {""} if Path(default).is_absolute() else {"", default}
    lean = LeanLoader()
    lean.search_paths[:] = [
        folder for folder in usual.search_paths if not astray(folder) and folder not in astray_too
    ]
    core.register_component("data_loader", lean)
