"""The child process of the demo: serves moto's IAM and STS, and ends with its parent."""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
import threading
from collections.abc import Iterable
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/,\s]+/\d+/[^/,\s]+/(iam|sts)/aws4_request,")
"""How a request to IAM or STS is signed; moto reads from it which service is meant."""


def main() -> None:
    """Fill the account, say the URL on the first line of standard output, and serve."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Here and not above: the rest of the package stays free of what a web server brings along.
    import boto3
    import moto.iam.models
    from moto import mock_aws
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from iam.demo.content import fill
    from iam.demo.versions import add_versions

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
    secret = secrets.token_urlsafe(32)
    server = make_server("127.0.0.1", 0, guarded(app, secret), threaded=True)
    print(f"http://127.0.0.1:{server.server_port}/{secret}", flush=True)
    server.serve_forever()


def guarded(app: WSGIApplication, secret: str) -> WSGIApplication:
    """Refuse all requests but signed calls of IAM and STS whose path is the secret.

    Every user of this machine can reach the port, and moto asks nobody who they are. It has pages
    of its own, too, which reset the account and write files.

    Args:
        app: What answers the others; it sees the path `/`.
        secret: The path, without a slash.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # WSGI has the bytes of a path as Latin-1; compare_digest takes text in ASCII only.
        path = environ.get("PATH_INFO", "").strip("/").encode("latin-1")
        known = compare_digest(path, secret.encode())
        signed = _SIGNED.match(environ.get("HTTP_AUTHORIZATION", ""))
        if not known or not signed or environ["REQUEST_METHOD"] != "POST":
            start_response("403 Forbidden", [("Content-Length", "0"), ("Connection", "close")])
            return []
        return app(
            {**environ, "PATH_INFO": "/", "REQUEST_URI": "/", "RAW_URI": "/"}, start_response
        )

    return answer


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
