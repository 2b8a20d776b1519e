"""A route in words, for below a table: what to pass as the model, its verdict, and why."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from iam.account.region_models import RegionModels
from iam.verdicts.route_verdicts import RouteResult
from iam.verdicts.route_words import allowed_by, reasons_of
from iam.verdicts.routes import Route
from iam.verdicts.verdict import Verdict
from widgets.glyphs import Glyphs
from widgets.wrapping import hanging

_LEFT_OUT = " Bedrock Mantle is not counted."


def name_of(route: Route, models: RegionModels) -> str:
    """The name of the model that a route leads to; its ID where no name is known."""
    return next((m.name for m in models.models if m.id == route.model), route.model)


def remark_on(route: Route, models: RegionModels) -> str:
    """What else there is to know of a route: the name of a profile, that AWS withdraws a model."""
    legacy = any(m.legacy for m in models.models if m.id == route.model)
    named = ""
    if route.way == "application":
        named = next((p.name for p in models.profiles if p.arn == route.invoked_by), "")
    elif route.way == "own":
        named = next((own.name for own in models.own if own.arn == route.invoked_by), "")
    parts = [f"named {named}" if named else "", "legacy: AWS is going to withdraw it"]
    return "; ".join(part for part in parts[: 2 if legacy else 1] if part)


def route_in_words(
    subject: str,
    route: Route,
    models: RegionModels,
    result: RouteResult | None,
    glyphs: Glyphs,
    width: int,
) -> Content:
    """Describe a route in lines that fit.

    Args:
        subject: What the first line begins with: a model, or a principal.
        route: The route.
        models: Has the model and the profile.
        result: The verdict on it; None while it is not known.
        glyphs: The signs of this terminal.
        width: Cells that there are.
    """
    if result is None:
        sign, word, style = glyphs.pending_verdict, "not evaluated yet", "$text-muted"
    else:
        verdict = result.verdict
        sign, word, style = glyphs.of(verdict), f"{verdict}", glyphs.style(verdict)
    what = f"{subject}, {_by(route)}: "
    remark = remark_on(route, models)
    lines = [
        hanging(f"{what}{word}", width, f"{sign} ", style),
        hanging(route.invoked_by, width, "  model ID: "),
    ]
    lines += [hanging(line, width, "  ") for line in _why(result)]
    if remark:
        lines.append(hanging(remark, width, "  ", "$text-muted"))
    return Content("\n").join(lines)


def _by(route: Route) -> str:
    """How the model is reached: `in eu-central-1`, `by the eu. profile`."""
    return route.label if route.way == "region" else f"by the {_kind(route)}"


def _kind(route: Route) -> str:
    if route.way == "application":
        return "application profile"
    if route.way == "own":
        return route.label.partition("/")[0].replace("-", " ")
    return route.label


def _why(result: RouteResult | None) -> list[str]:
    """What blocks a route, what is open, or what allows it."""
    if result is None:
        return []
    if result.verdict is Verdict.GRANTED:
        return [f"allowed by {', '.join(allowed_by(result))}"] if allowed_by(result) else []
    return list(reasons_of(result))


def source_in_words(models: RegionModels | None, width: int) -> Content:
    """Say where a list of models comes from, and why AWS's own is not here.

    Args:
        models: The list; None while it is asked for.
        width: Cells in a line.
    """
    if models is None:
        return Content("")
    if models.live:
        said = "AWS's own list, asked for in this session."
    elif models.unread:
        said = f"From {models.source}."
    else:
        said = f"From {models.source}; AWS was not asked."
    if cell_len(said + _LEFT_OUT) <= width:
        said += _LEFT_OUT
    lines = [hanging(said, width, style="$text-muted")]
    if models.unread:
        first, *more = models.unread
        others = f" and {len(more):,} more" if more else ""
        said = f"Not read: {first.what} ({first.error}){others}; n says why."
        lines.append(hanging(said, width, style="$text-warning"))
    return Content("\n").join(lines)
