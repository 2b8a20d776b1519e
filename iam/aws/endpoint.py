"""Check whether endpoints are AWS's own. Light: it imports no botocore."""

from __future__ import annotations

from collections.abc import Iterable

from iam.text import without_secrets

AWS_SUFFIXES = (
    "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu", "c2s.ic.gov", "api.aws.ic.gov", "sc2s.sgov.gov", "api.aws.scloud",
    "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "csp.hci.ic.gov", "api.aws.hci.ic.gov",
)  # fmt: skip
"""The domains of AWS's partitions; a test compares them with botocore's."""
_OUR_SERVICES = frozenset({"iam", "sts", "iam-fips", "sts-fips"})


def foreign_host(urls: Iterable[str]) -> str:
    """Find the first endpoint that is not AWS's own.

    Args:
        urls: The endpoints of the clients for IAM and STS.

    Returns:
        Its host, with the port if there is one; empty if all are AWS's. An endpoint that is not a
        valid URL is not AWS's.
    """
    for url in urls:
        _, _, rest = without_secrets(url).partition("://")
        host = rest.partition("/")[0]
        if not _is_aws(url):
            return host or "?"
    return ""


def _is_aws(url: str) -> bool:
    from urllib.parse import urlsplit  # not imported for the first line on the terminal

    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    # Customers have hosts in these domains, too, such as load balancers, but none with these names.
    ours = _OUR_SERVICES.intersection(host.split("."))
    return bool(ours) and host.endswith(tuple(f".{suffix}" for suffix in AWS_SUFFIXES))
