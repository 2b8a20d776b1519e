"""The page for a ticket: whole, harmless, and readable by everybody."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import product

import pytest

from iam.policy.action_catalogue import catalogue
from iam.reports.audit import Audit, take_audit
from iam.reports.html_format import MANY, as_html
from iam.reports.html_style import DARK, LIGHT, TEXTS
from iam.verdicts.evaluator import Evaluator
from tests.build import NOW, account, allow, deny, limited, role, user
from tests.iam.reports.audits import ONE_OF_EACH, audit

HOSTILE = '<script>alert(\'1\')</script>"><img src=x onerror="y">\x1b]0;pwned\x07\u202e&amp;'
_VOID = {"meta", "br", "wbr"}


class Page(HTMLParser):
    """The elements of a page; each has to be closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def every(self, attribute: str) -> list[str | None]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


def page_of(audit: Audit) -> Page:
    return Page("".join(as_html(audit)))


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    text = "".join(as_html(ONE_OF_EACH))
    page = Page(text)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.every("content")
    assert not {"script", "link", "img", "iframe", "object", "form"} & {e for e, _ in page.elements}
    assert not page.every("src")
    assert all(str(target).startswith("#p") for target in page.every("href"))
    assert "url(" not in text and "@import" not in text
    assert not [name for _, attributes in page.elements for name in attributes if name[:2] == "on"]


def test_every_link_leads_to_a_principal() -> None:
    page = page_of(ONE_OF_EACH)
    ids = page.every("id")
    assert len(ids) == len(set(ids)) == len(ONE_OF_EACH.results)
    assert [str(target)[1:] for target in page.every("href")] == ids


def test_hostile_names_are_text() -> None:
    page = page_of(audit(user(HOSTILE, allow("bedrock:Get*", Sid=HOSTILE)), role("plain")))
    assert "<script>alert('1')</script>\"><img src=x" in page.text
    assert not {"script", "img"} & {element for element, _ in page.elements}
    assert not {"\x1b", "\x07", "\u202e"} & set(page.text)


def test_each_verdict_of_the_table_is_a_glyph_and_a_word() -> None:
    page = page_of(audit(user("alice", allow("bedrock:*"), deny("bedrock:GetAgent"))))
    assert "◐ 43/44 partial" in page.text
    assert "○ 0/1 none" in page.text


def test_actions_with_the_same_reason_stand_together() -> None:
    text = page_of(audit(user("alice", allow("bedrock:*"), deny("bedrock:GetAgent")))).text
    assert "the other 43 actions" in text
    assert re.search(r"bedrock:Get\* \(\d+ granted; 1 denied: GetAgent\)", text)


def test_an_account_that_is_large_is_shown_without_actions_and_says_so() -> None:
    large = audit(*(user(f"user-{i}", allow("bedrock:Get*")) for i in range(MANY + 1)))
    text = "".join(as_html(large))
    assert "because there are more than 200 principals" in text
    assert "<details" not in text
    assert "<details" in "".join(as_html(large, "actions"))
    assert "◐ 1/44" not in Page("".join(as_html(large, "principals"))).text


def test_one_action_has_its_reason_in_the_table() -> None:
    only = catalogue().choose("bedrock:InvokeModel")
    made = account(user("alice", allow("bedrock:*")))
    taken = take_audit(
        made,
        Evaluator(limited(), catalogue(), "aws", only, NOW),
        now=NOW,
        source="live",
        caller=None,
    )
    assert "● granted" in page_of(taken).text
    assert "inline-0" in page_of(taken).text


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out(scheme: dict[str, str]) -> None:
    for text, behind in product(TEXTS, ("page", "card")):
        lighter, darker = sorted((_luminance(scheme[text]), _luminance(scheme[behind])))[::-1]
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (text, behind)
