"""The child process of the demo: serves moto's IAM and STS, and ends with its parent."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Any


def main() -> None:
    """Fill the account, say the port on the first line of standard output, and serve."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Here and not above: the rest of the package stays free of what a web server brings along.
    import boto3
    import moto.iam.models
    from moto import mock_aws
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from iam.demo_account import fill
    from iam.demo_versions import add_versions

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    # One partition will do; moto makes its 1,582 managed policies for each.
    vars(moto.iam.models)["PARTITION_NAMES"] = ["aws"]
    _list_policies_as_aws_does()
    # Filled in this process and not by HTTP, which takes three times as long.
    filling = mock_aws()
    filling.start(reset=False)
    fill(boto3.client("iam", region_name="us-east-1"))
    add_versions()
    filling.stop(remove_data=False)
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    print(server.server_port, flush=True)
    server.serve_forever()


def _list_policies_as_aws_does() -> None:
    """Leave AWS managed policies that nothing is attached to out of the account's details.

    AWS does so; moto lists all of its 1,582, which takes seconds at every load.
    """
    from moto.iam.models import AWSManagedPolicy, IAMBackend

    of_moto = IAMBackend.get_account_authorization_details

    def as_aws(self: IAMBackend, policy_filter: list[str]) -> dict[str, Any]:
        details = of_moto(self, policy_filter)
        details["managed_policies"] = [
            policy
            for policy in details["managed_policies"]
            if policy.attachment_count or not isinstance(policy, AWSManagedPolicy)
        ]
        return details

    setattr(IAMBackend, of_moto.__name__, as_aws)


def _end_with_parent() -> None:
    """Leave as soon as the parent's end of the pipe closes, by whatever death."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
