"""Whether endpoints are AWS's own. Light: it imports no botocore."""

from __future__ import annotations

from collections.abc import Iterable

from iam.text import without_secrets

AWS_SUFFIXES = (
    "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu", "c2s.ic.gov", "api.aws.ic.gov", "sc2s.sgov.gov", "api.aws.scloud",
    "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "csp.hci.ic.gov", "api.aws.hci.ic.gov",
)  # fmt: skip
"""The domains of AWS's partitions; a test holds them against botocore's."""
_OUR_SERVICES = frozenset({"iam", "sts", "iam-fips", "sts-fips"})


def foreign_host(urls: Iterable[str]) -> str:
    """The host of the first endpoint that is not AWS's own.

    Args:
        urls: Of the clients for IAM and STS, as they were made.

    Returns:
        The host, with the port if there is one; empty if all are AWS's. An endpoint that cannot be
        read as a URL is not AWS's.
    """
    for url in urls:
        _, _, rest = without_secrets(url).partition("://")
        place = rest.partition("/")[0]
        if not _is_awss(url):
            return place or "?"
    return ""


def _is_awss(url: str) -> bool:
    from urllib.parse import urlsplit  # the first line on the terminal does without

    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    # Customers have hosts in these domains, too, such as load balancers; none is called like this.
    ours = _OUR_SERVICES.intersection(host.split("."))
    return bool(ours) and host.endswith(tuple(f".{suffix}" for suffix in AWS_SUFFIXES))
