"""A connection to one account: blocking calls in threads, and a check of what may be sent.

A connection belongs to one account (`iam.aws.bound_credentials`), and a read-only one sends no
write. Both are enforced where botocore signs and builds requests, below every caller.
`iam.aws.connect` makes connections.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from botocore.credentials import RefreshableCredentials

from iam.aws.access_key import AccessKey
from iam.aws.bound_credentials import BoundCredentials, wrong_account
from iam.aws.credentials import keys_of
from iam.errors import AwsError, explain
from iam.runtime.threads import in_thread

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_sts import STSClient

_P = ParamSpec("_P")
_T = TypeVar("_T")

CALL_TIME = 300.0
"""Seconds for one call: more than all its attempts and the pauses between them take. Only an
answer that trickles in, so that no read times out, takes this long."""
IN_FLIGHT = 8
"""Calls sent at the same time."""
_READS = ("Get", "List", "Describe", "Generate", "Simulate")
"""How the names of calls begin that change nothing."""


class Aws:
    """The connection to one account; belongs to one event loop."""

    def __init__(
        self,
        iam: IAMClient,
        sts: STSClient,
        profile: str,
        read_only: bool,
        credentials: BoundCredentials,
        make_organizations: Callable[[], OrganizationsClient],
        make_bedrock: Callable[[str], Any],
    ) -> None:
        """Take over two clients.

        Args:
            iam: The client for IAM.
            sts: The client for STS.
            profile: The name of the profile in use.
            read_only: Whether to refuse every call that could change something.
            credentials: What all clients sign with.
            make_organizations: Makes the client for Organizations, which is rarely needed.
            make_bedrock: Makes the client for Bedrock in a region.
        """
        self.credentials = credentials
        """They sign for one account only, once it is known: see `identify`."""
        self.iam = iam
        self.sts = sts
        self.profile = profile
        self.region = sts.meta.region_name
        self.read_only = read_only
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._attempts = threading.local()
        self._make_organizations = make_organizations
        self._organizations: OrganizationsClient | None = None
        self._make_bedrock = make_bedrock
        self._bedrock: dict[str, Any] = {}
        self._making = threading.Lock()
        for client in (iam, sts):
            self._guard(client)

    def _guard(self, client: BaseClient) -> None:
        events = client.meta.events
        events.register_first("before-parameter-build", self._before_call)
        events.register("before-send", self._before_send)

    @property
    def organizations(self) -> OrganizationsClient:
        """The client for Organizations; blocks the first time, while it is made."""
        if self._organizations is None:
            self._organizations = self._make_organizations()
            self._guard(self._organizations)
        return self._organizations

    def bedrock(self, region: str) -> Any:
        """Return the client for Bedrock in a region; blocks the first time, while it is made.

        Its type is `Any`: the stubs of its hundred calls would be installed for five.
        """
        with self._making:
            if region not in self._bedrock:
                client = self._make_bedrock(region)
                self._guard(client)
                self._bedrock[region] = client
            return self._bedrock[region]

    def require(self, account: str | None) -> None:
        """Make sure that this is the connection to an account.

        Raises:
            AwsError: It is the connection to another one, or it is unknown to which.
        """
        if self.credentials.account != account:
            raise wrong_account(self.credentials.account or "unknown", account or "unknown")

    def expires_within(self, seconds: int) -> bool:
        """Whether the credentials expire so soon; ask after a call, which renews them if possible.

        Credentials without a known expiry never do.
        """
        source = self.credentials.source
        return isinstance(source, RefreshableCredentials) and source.refresh_needed(seconds)

    @property
    def endpoints(self) -> tuple[str, str]:
        """The URLs of the endpoints for IAM and STS."""
        return self.iam.meta.endpoint_url, self.sts.meta.endpoint_url

    @property
    def access_key(self) -> AccessKey:
        """The credentials, for another process; ask after a call, which has fetched them."""
        return keys_of(self.credentials.source)

    def close(self) -> None:
        """Close the connections of all clients."""
        self.iam.close()
        self.sts.close()
        if self._organizations is not None:
            self._organizations.close()
        for client in tuple(self._bedrock.values()):
            client.close()

    async def call(self, fn: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run a blocking function, such as a method of a client, in a thread.

        At most `IN_FLIGHT` run at the same time.

        Raises:
            AwsError: The function raised; the sentence names the function.
        """

        def run() -> _T:
            try:
                return fn(*args, **kwargs)
            except Exception as error:
                raise self._explained(error, _words(fn)) from error

        async with self._slots:
            try:
                async with asyncio.timeout(CALL_TIME):
                    return await in_thread(run)
            except TimeoutError as error:
                raise self._explained(error, _words(fn)) from error

    def _explained(self, error: Exception, doing: str) -> AwsError:
        explained = explain(error, doing, self.profile)
        # botocore retries: even if the last request could not be signed, an earlier one may have
        # arrived.
        answered = hasattr(error, "response")
        sent = getattr(self._attempts, "sent", False)
        explained.lost = explained.lost or (not answered and sent)
        return explained

    def _before_call(self, model: Any, **_: object) -> None:
        """Refuse what must not be sent; botocore calls this before it builds a request."""
        self._attempts.sent = False
        if model.name.startswith(_READS):
            return
        if self.read_only:
            raise AwsError(
                "ReadOnly",
                f"{model.name} was not sent: this session is read-only.",
                "Start again without --read-only to make changes.",
            )
        if self.credentials.account is None:
            raise AwsError(
                "WrongAccount",
                f"{model.name} was not sent: the account of these credentials is unknown.",
                "Press r on the main screen to load the account.",
            )

    def _before_send(self, **_: object) -> None:
        self._attempts.sent = True


def _words(fn: object) -> str:
    """The name of a function in words: `list users`."""
    return (getattr(fn, "__name__", None) or "call").replace("_", " ")
