"""Parse policy documents into frozen, normalised models.

IAM accepts a string, an object or a list for the same element. The parser turns all of them into
tuples. An element that cannot be understood is recorded as a problem of its statement, not dropped:
the statement may allow or deny, so the evaluator has to take it into account.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from sys import intern
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from iam.policy.known_values import KnownValues

Effect = Literal["Allow", "Deny"]

_KNOWN_ELEMENTS = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)


class DocumentError(ValueError):
    """The input is not a policy document. The message says why."""


# Plain dataclasses instead of pydantic models: the parser checks every element itself, and an
# account contains tens of thousands of statements.


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator in a Condition block."""

    operator: str
    """As written, with set operator and suffix: `ForAllValues:StringLikeIfExists`."""
    key: str
    values: tuple[str, ...]
    known: KnownValues | None = None
    """What the key may have in the requests of a principal, in a document specialized for it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Exactly one of `actions` and `not_actions` is set, and exactly one of `resources` and
    `not_resources`, unless `problem` says which element was not understood.
    """

    index: int
    """The position in the document, from 0."""
    sid: str | None = None
    effect: Effect | None = None
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Document:
    """A policy document."""

    version: str
    """`2012-10-17`, or `2008-10-17`, in which policy variables are literal text."""
    statements: tuple[Statement, ...]
    fingerprint: str
    """A hash of the content. Verdicts are cached by it."""

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and other.fingerprint == self.fingerprint


def unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object and reject duplicate names; an `object_pairs_hook` for `json.loads`.

    By default, Python keeps the last of several values with the same name. AWS rejects such a
    document: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html

    Args:
        pairs: The names and values of the object.

    Returns:
        The object.

    Raises:
        DocumentError: A name occurs more than once.
    """
    result = dict(pairs)
    if len(result) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise DocumentError(f"it has {twice!r} twice in one object, so its meaning is ambiguous")
    return result


def parse_document(raw: object, for_everybody: bool = False) -> Document:
    """Parse a policy document from AWS or from a file.

    Args:
        raw: A mapping, or its JSON text, which may be URL-encoded.
        for_everybody: Whether `"Principal": "*"` is left out of the statements, each of which has
            it in a resource control policy:
            https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html

    Returns:
        The document. Statements that were not understood have a `problem`.

    Raises:
        DocumentError: The input is not a policy document.
    """
    if isinstance(raw, Mapping):
        try:
            raw = json.dumps(dict(raw))
        except (TypeError, ValueError, RecursionError) as error:
            raise DocumentError("it is not plain JSON") from error
    if not isinstance(raw, str):
        raise DocumentError("it is not a JSON object")
    # The key is a digest, so that the cache does not keep the texts in memory.
    digest = hashlib.blake2b(raw.encode(errors="surrogatepass"), digest_size=20).digest()
    key = digest, for_everybody
    if (document := _cache.get(key)) is None:
        document = _cache[key] = _parsed(raw, for_everybody)
    return document


_cache: WeakValueDictionary[tuple[bytes, bool], Document] = WeakValueDictionary()
"""Parsed documents by digest. A text that occurs several times in an account is parsed once."""


def _parsed(text: str, for_everybody: bool) -> Document:
    body = _decoded(text)
    if "Statement" not in body:
        raise DocumentError("it has no Statement")
    unknown = sorted(str(key) for key in body.keys() - {"Version", "Id", "Statement"})
    if unknown:
        raise DocumentError(f"it has elements that a policy does not have: {', '.join(unknown)}")
    version = body.get("Version", "2008-10-17")
    if version not in ("2012-10-17", "2008-10-17"):
        raise DocumentError(f"its Version is {version!r}")
    raw_statements = body["Statement"]
    if isinstance(raw_statements, Mapping):
        raw_statements = [raw_statements]
    if not isinstance(raw_statements, list | tuple):
        raise DocumentError("its Statement is neither an object nor a list")
    if for_everybody:
        raw_statements = [_without_principal(statement) for statement in raw_statements]
        body = {**body, "Statement": raw_statements}
    try:
        canonical = json.dumps(body, sort_keys=True)
    except RecursionError as error:
        raise DocumentError("it is nested too deeply") from error
    fingerprint = hashlib.sha256(canonical.encode()).hexdigest()
    return Document(
        version=version,
        statements=tuple(_statement(i, item) for i, item in enumerate(raw_statements)),
        fingerprint=fingerprint,
    )


def _without_principal(statement: object) -> object:
    if not isinstance(statement, Mapping) or statement.get("Principal") != "*":
        return statement
    return {key: value for key, value in statement.items() if key != "Principal"}


def _decoded(text: str) -> Mapping[str, Any]:
    try:
        body = json.loads(
            text if text.lstrip().startswith("{") else unquote(text, errors="strict"),
            object_pairs_hook=unambiguous,
        )
    except DocumentError:
        raise
    except (ValueError, RecursionError) as error:
        raise DocumentError("its text is not JSON") from error
    if not isinstance(body, Mapping):
        raise DocumentError("it is not a JSON object")
    return body


def _statement(index: int, raw: object) -> Statement:
    """Parse a statement. An element that is not understood is left out and named in `problem`."""
    if not isinstance(raw, Mapping):
        return Statement(index=index, problem="the statement is not an object")
    problems: list[str] = []
    if not raw.keys() <= _KNOWN_ELEMENTS:
        unknown = sorted(str(key) for key in raw.keys() - _KNOWN_ELEMENTS)
        problems.append(f"unknown element {', '.join(unknown)}")
    effect = raw.get("Effect")
    if effect not in ("Allow", "Deny"):
        problems.append("Effect is neither Allow nor Deny")
        effect = None
    sid = raw.get("Sid")
    if sid is not None and not isinstance(sid, str):
        problems.append("Sid is not a string")
        sid = None
    actions, not_actions = _either(raw, "Action", "NotAction", problems)
    resources, not_resources = _either(raw, "Resource", "NotResource", problems)
    return Statement(
        index=index,
        sid=sid,
        effect=effect,
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        conditions=_conditions(raw.get("Condition"), problems),
        problem="; ".join(problems) or None,
    )


def _either(
    raw: Mapping[str, Any], name: str, not_name: str, problems: list[str]
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    if (name in raw) == (not_name in raw):
        problems.append(f"it needs either {name} or {not_name}")
        return None, None
    written = name if name in raw else not_name
    values = _strings(raw[written])
    if values is None:
        problems.append(f"{written} is neither a string nor a list of strings")
    return (values, None) if written == name else (None, values)


def _strings(value: object) -> tuple[str, ...] | None:
    # Interned, since the same actions and ARNs occur in thousands of documents.
    if isinstance(value, str):
        return (intern(value),)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(map(intern, value))
    return None


def _conditions(raw: object, problems: list[str]) -> tuple[Condition, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, Mapping) or not all(isinstance(k, Mapping) for k in raw.values()):
        problems.append("Condition is not an object of operators and keys")
        return ()
    conditions: list[Condition] = []
    for operator, keys in raw.items():
        for key, values in keys.items():
            texts = _scalars(values)
            if texts is None:
                problems.append(f"the values of condition {operator} {key} are not strings")
            else:
                conditions.append(Condition(operator=str(operator), key=str(key), values=texts))
    return tuple(conditions)


def _scalars(value: object) -> tuple[str, ...] | None:
    """Convert condition values to strings: like IAM, treat `true` and `30` as "true" and "30"."""
    items = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(item, str | int | float) for item in items):
        return None
    return tuple(item if isinstance(item, str) else json.dumps(item) for item in items)
