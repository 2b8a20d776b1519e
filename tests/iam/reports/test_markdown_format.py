"""Markdown for tickets."""

from __future__ import annotations

from iam.reports.markdown_format import as_markdown
from tests.build import user
from tests.iam.reports.audits import audit


def test_markdown_shows_names_as_they_are() -> None:
    text = as_markdown(audit(user("a|b_[x](y)<i>")))
    assert r"a\|b\_\[x\](y)\<i\>" in text
    assert "SCP" not in text
    assert "Not judged: service and resource control policies" in text
