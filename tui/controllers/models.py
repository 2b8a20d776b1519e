"""Show which models the principal under the cursor can invoke from a region, and how."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iam.account.model import Entity
    from tui.controllers.view import MainView

_LOADING = "The account is still being read; ask again when it is complete."


class ModelsController:
    """Opens the screen of models, and keeps the region that was chosen in it."""

    def __init__(self, view: MainView) -> None:
        self.view = view
        self._chosen: tuple[str, str] | None = None
        """The region that was chosen last, and that of the session at the time."""

    @property
    def region(self) -> str:
        """The region that models are invoked from; empty for a file until one is chosen."""
        own = self.view.bar.region
        if self._chosen is not None and self._chosen[1] == own:
            return self._chosen[0]
        return own

    def begin(self) -> None:
        """Show the models of the principal under the cursor."""
        view, account = self.view, self.view.session.account
        row = view.table.cursor_row
        if not view.loaded or account is None:
            view.toast(_LOADING)
        elif row is not None and (entity := account.entity(row.arn)) is not None:
            view.open_dialog(partial(self._show, entity), "models")

    async def _show(self, entity: Entity) -> None:
        from tui.dialogs.models import ModelsScreen
        from tui.dialogs.models_region import ask_for_region
        from tui.session.principal_models import PrincipalModels

        view = self.view
        region: str | None = self.region
        if not region:
            region = await ask_for_region(view.app, view.session, view.glyphs, "")
        if not region:
            return
        screen = ModelsScreen(PrincipalModels(view.session, entity), region, view.glyphs)
        await view.app.push_screen_wait(screen)
        self._chosen = screen.source, view.bar.region
