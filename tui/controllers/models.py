"""Show which models a principal can invoke from a region, or who of many can invoke a model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread

if TYPE_CHECKING:
    from iam.account.model import Entity
    from tui.controllers.export import ExportController
    from tui.controllers.view import MainView
    from tui.dialogs.route_screen import RouteScreen
    from tui.session.export import Chosen

_NOBODY = "Groups invoke no models themselves, and the marked ones have no members."
_UNREAD = "Groups invoke no models themselves, and no member of the marked ones could be read."
_LOADING = "The account is still being read; ask again when it is complete."


class ModelsController:
    """Opens the screens of models, and keeps the region and the model that were chosen."""

    def __init__(self, view: MainView, export: ExportController) -> None:
        self.view = view
        self.export = export
        self._model = ""
        """The model that was asked about last."""
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
        """Show the models of the principal under the cursor, or who of the marked ones has one."""
        view, account = self.view, self.view.session.account
        row = view.table.cursor_row
        if not view.loaded or account is None:
            view.toast(_LOADING)
        elif view.table.marked:
            view.open_dialog(self._show_marked, "models")
        elif row is not None and (entity := account.entity(row.arn)) is not None:
            view.open_dialog(partial(self._show, entity), "models")

    async def _show(self, entity: Entity) -> None:
        from tui.dialogs.models import ModelsScreen
        from tui.session.principal_models import PrincipalModels

        view = self.view
        if not (region := await self._ask_for_region()):
            return
        about = PrincipalModels(view.session, entity)
        screen = ModelsScreen(about, region, view.glyphs, self._export)
        self._leave(screen, await view.app.push_screen_wait(screen))

    async def _show_marked(self) -> None:
        from iam.verdicts.routes import INVOKE
        from tui.dialogs.model_principals import ModelPrincipalsScreen
        from tui.dialogs.models_choice import ask_for_model

        view = self.view
        only, certain = await self._marked_principals()
        if not only:
            view.toast(_NOBODY if certain else _UNREAD)
            return
        if not (region := await self._ask_for_region()):
            return
        model = await ask_for_model(view.app, view.session, view.glyphs, region, self._model)
        if not model:
            return
        self._model = model
        screen = ModelPrincipalsScreen(
            view.session,
            model,
            region,
            INVOKE,
            view.glyphs,
            self._export,
            only=only,
            complete=certain,
        )
        self._leave(screen, await view.app.push_screen_wait(screen))

    async def _marked_principals(self) -> tuple[frozenset[str], bool]:
        """The marked users and roles, and the members of marked groups.

        Returns:
            Their ARNs, and whether there can be no more members.
        """
        from iam.account.attachments import members_of_groups
        from iam.account.model import Group

        account, _, _ = self.view.session.read
        found: set[str] = set()
        groups: list[Group] = []
        for arn in self.view.table.marked:
            entity = account.entity(arn)
            if isinstance(entity, Group):
                groups.append(entity)
                found |= {member.arn for member in account.members_of(entity)}
            elif entity is not None:
                found.add(arn)
        counts = await in_thread(members_of_groups, account) if groups else {}
        return frozenset(found), all(counts[group.key].certain for group in groups)

    async def _ask_for_region(self) -> str | None:
        from tui.dialogs.models_choice import ask_for_region

        view = self.view
        return self.region or await ask_for_region(view.app, view.session, view.glyphs, "")

    def _leave(self, screen: RouteScreen[str | None], arn: str | None) -> None:
        """Keep the region for the next time, and go to the principal that was chosen, if any."""
        view = self.view
        self._chosen = screen.source, view.bar.region
        if arn is None:
            return
        account, _, _ = view.session.read
        if account.entity(arn) is None:
            view.toast("It is no longer in the account.")
        elif not self._go_to(arn):
            view.show_view(view.table.view._replace(kind="all"))  # groups alone may be listed
            if not self._go_to(arn):
                view.toast("The filter of the list hides it; esc clears the filter.")

    def _go_to(self, arn: str) -> bool:
        """Put the cursor on a principal; returns whether the list shows it."""
        table = self.view.table
        table.go_to(arn)
        return table.cursor_row is not None and table.cursor_row.arn == arn

    def _export(self, chosen: Chosen, summary: str) -> None:
        self.view.open_dialog(partial(self.export.export, chosen, summary), "export")
