"""Markdown for tickets."""

from __future__ import annotations

from iam.reports.markdown_format import as_markdown
from tests.build import allow, user
from tests.iam.reports.audits import audit


def test_markdown_shows_names_as_they_are() -> None:
    text = "".join(as_markdown(audit(user("a|b_[x](y)<i>"))))
    assert r"a\|b\_\[x\](y)\<i\>" in text
    assert "SCP" not in text
    assert "Not evaluated: service and resource control policies" in text


def test_the_detail_chooses_between_a_column_a_section_and_a_line_an_action() -> None:
    one = audit(user("alice", allow("bedrock:Get*")))
    assert "BedrockMantleAPIs" not in "".join(as_markdown(one, "principals"))
    assert "BedrockMantleAPIs" in "".join(as_markdown(one))
    text = "".join(as_markdown(one, "actions"))
    assert "## user alice: ◐ partial" in text
    assert "- ● bedrock:Get\\*: inline-0" in text
