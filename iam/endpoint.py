"""Endpoints as they may be shown: without a password, and whether they are AWS's own. Light."""

from __future__ import annotations

import re
from collections.abc import Iterable

AWS_SUFFIXES = (
    "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu", "c2s.ic.gov", "api.aws.ic.gov", "sc2s.sgov.gov", "api.aws.scloud",
    "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "csp.hci.ic.gov", "api.aws.hci.ic.gov",
)  # fmt: skip
"""The domains of AWS's partitions; a test holds them against botocore's."""
_OUR_SERVICES = frozenset({"iam", "sts", "iam-fips", "sts-fips"})
# Up to the last @ of the line: what somebody types as a password may hold anything.
_BEFORE = r"(?:(?<=://)|(?<=Invalid endpoint: ))"
_USER = re.compile(rf"{_BEFORE}.*@")
_QUERY = re.compile(rf"{_BEFORE}([^\s\"'<>?#]*)[?#][^\s\"'<>]*")
# What Python says of a URL whose password holds a slash: it takes the beginning for a port.
_PORT = re.compile(r"(?<=integer value as ).*")


def without_secrets(text: str) -> str:
    """Take user names, passwords and queries out of the URLs in a text.

    Args:
        text: A URL, or a message that may hold some. Rather too much of it goes than too little.
    """
    return _PORT.sub("…", _QUERY.sub(r"\1", _USER.sub("", text)))


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
