"""The child process of the demo: serves some of moto's services, and ends with its parent."""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
import threading
from collections.abc import Iterable, Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from iam.demo.bedrock import BEDROCK_PATHS

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/,\s]+/\d+/[^/,\s]+/"
    r"(iam|sts|organizations|bedrock)/aws4_request,"
)
"""The signature of a request to one of these services; moto takes the service from it."""
_CALLS = {"bedrock": {("GET", path) for path in BEDROCK_PATHS}}
"""The calls of a service, by method and path, unless they are those of the query protocol."""
_MEMBER = "HTTP_X_MOTO_ACCOUNT_ID"
"""The header by which moto answers for an account."""


def main() -> None:
    """Create the account, print the URL on the first line of standard output, and serve."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Imported here: importing this module must not import a web server.
    import boto3
    import moto.iam.models
    from moto import mock_aws
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from iam.demo.bedrock import add_models
    from iam.demo.content import fill
    from iam.demo.key_content import add_keys
    from iam.demo.last_used import add_last_use
    from iam.demo.missing_calls import add_missing_calls
    from iam.demo.organization import MANAGEMENT_ACCOUNT, add_organization
    from iam.demo.versions import add_versions

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    # One partition is enough; moto creates 1,582 managed policies for each.
    vars(moto.iam.models)["PARTITION_NAMES"] = ["aws"]
    _list_policies_as_aws_does()
    add_missing_calls()
    # Directly in this process: through HTTP it takes three times as long.
    filling = mock_aws()
    filling.start(reset=False)
    fill(boto3.client("iam", region_name="us-east-1"))
    add_versions()
    add_keys()
    add_organization()
    add_last_use()
    add_models()
    filling.stop(remove_data=False)
    app = DomainDispatcherApplication(create_backend_app)
    secret = secrets.token_urlsafe(32)
    # A member that the organization's resource policy allows to read gets the same answers.
    guard = guarded(app, secret, {"organizations": {_MEMBER: MANAGEMENT_ACCOUNT}})
    server = make_server("127.0.0.1", 0, guard, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}/{secret}", flush=True)
    server.serve_forever()


def guarded(
    app: WSGIApplication, secret: str, headers: Mapping[str, Mapping[str, str]]
) -> WSGIApplication:
    """Refuse all requests except signed calls of known services whose path begins with the secret.

    Every user of this machine can reach the port, and moto does not check credentials. It also has
    pages that reset the account and write files.

    Args:
        app: Serves the accepted requests; it gets the path without the secret.
        secret: The path, without a slash.
        headers: By service, what is added to the environment of its requests.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # WSGI gives the bytes of a path as Latin-1; compare_digest accepts only ASCII text.
        first, _, rest = environ.get("PATH_INFO", "").strip("/").partition("/")
        authorized = compare_digest(first.encode("latin-1"), secret.encode())
        signed = _SIGNED.match(environ.get("HTTP_AUTHORIZATION", ""))
        call = (environ["REQUEST_METHOD"], f"/{rest}")
        if not authorized or not signed or call not in _CALLS.get(signed[1], {("POST", "/")}):
            start_response("403 Forbidden", [("Content-Length", "0"), ("Connection", "close")])
            return []
        paths = dict.fromkeys(("PATH_INFO", "REQUEST_URI", "RAW_URI"), call[1])
        return app({**environ, **paths, **headers.get(signed[1], {})}, start_response)

    return answer


def _list_policies_as_aws_does() -> None:
    """Omit AWS managed policies that are attached to nothing from the account's details.

    AWS does so; moto lists all 1,582, which takes seconds at every load.
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
    """Exit as soon as the parent's end of the pipe closes, however the parent ends."""
    sys.stdin.buffer.read()
    os._exit(0)
