"""The controllers of the main screen, joined; each is made when it is first used.

Only then its module is imported, too: the first frame needs hardly any of them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.controllers.account import AccountController
    from tui.controllers.api_keys import ApiKeysController
    from tui.controllers.change import ChangeController
    from tui.controllers.choices import ChoiceController
    from tui.controllers.details import DetailsController
    from tui.controllers.evaluation import EvaluationController
    from tui.controllers.export import ExportController
    from tui.controllers.filtering import FilterController
    from tui.controllers.invocation_words import InvocationWordsController
    from tui.controllers.last_use import LastUseController
    from tui.controllers.loading import LoadController
    from tui.controllers.models import ModelsController
    from tui.controllers.organization import OrganizationController
    from tui.controllers.recovery import RecoveryController
    from tui.controllers.sign_in import SignInController
    from tui.controllers.simulation import SimulationController
    from tui.controllers.view import MainView
    from tui.controllers.who_can import WhoCanController
    from tui.options import Launch


class Controllers:
    """One of each, for one main screen."""

    def __init__(self, view: MainView, first: Launch) -> None:
        """Prepare them.

        Args:
            view: The main screen.
            first: What the operator asked for on the command line.
        """
        self.view = view
        self._first = first

    @cached_property
    def account(self) -> AccountController:
        """Reads the account."""
        from tui.controllers.account import AccountController

        return AccountController(self.view, self.evaluation)

    @cached_property
    def api_keys(self) -> ApiKeysController:
        """Reads the account's API keys, and shows them."""
        from tui.controllers.api_keys import ApiKeysController

        return ApiKeysController(self.view, self.evaluation, self.change)

    @cached_property
    def change(self) -> ChangeController:
        """Sees changes through."""
        from tui.controllers.change import ChangeController

        return ChangeController(self.view, self.sign_in)

    @cached_property
    def choices(self) -> ChoiceController:
        """Asks for another profile, region or policy."""
        from tui.controllers.choices import ChoiceController

        return ChoiceController(self.view, self.account, self._first)

    @cached_property
    def details(self) -> DetailsController:
        """Shows the principal under the cursor."""
        from tui.controllers.details import DetailsController

        return DetailsController(self.view, self.evaluation.result_of)

    @cached_property
    def evaluation(self) -> EvaluationController:
        """Has principals evaluated, and shows their verdicts."""
        from tui.controllers.evaluation import EvaluationController

        return EvaluationController(self.view)

    @cached_property
    def export(self) -> ExportController:
        """Writes what is shown to a file."""
        from tui.controllers.export import ExportController

        return ExportController(self.view, self.evaluation)

    @cached_property
    def filtering(self) -> FilterController:
        """Applies filters to the table."""
        from tui.controllers.filtering import FilterController

        return FilterController(self.view)

    @cached_property
    def invocation_words(self) -> InvocationWordsController:
        """Says how far principals can invoke models."""
        from tui.controllers.invocation_words import InvocationWordsController

        return InvocationWordsController(self.view)

    @cached_property
    def last_use(self) -> LastUseController:
        """Asks AWS when Bedrock was last used."""
        from tui.controllers.last_use import LastUseController

        return LastUseController(self.view, self.account)

    @cached_property
    def load(self) -> LoadController:
        """Loads the account, and then does what could wait for it."""
        from tui.controllers.loading import LoadController

        return LoadController(
            self.view,
            self.account,
            self.last_use,
            self.organization,
            self.details,
            self.recovery,
            self.sign_in,
            self.api_keys,
        )

    @cached_property
    def models(self) -> ModelsController:
        """Shows which models can be invoked."""
        from tui.controllers.models import ModelsController

        return ModelsController(self.view, self.export)

    @cached_property
    def organization(self) -> OrganizationController:
        """Reads what is above the account, and shows it."""
        from tui.controllers.organization import OrganizationController

        return OrganizationController(self.view, self.evaluation)

    @cached_property
    def recovery(self) -> RecoveryController:
        """Finds out what became of changes whose outcome is not known."""
        from tui.controllers.recovery import RecoveryController

        return RecoveryController(self.view)

    @cached_property
    def sign_in(self) -> SignInController:
        """Asks for a login or an MFA code."""
        from tui.controllers.sign_in import SignInController

        return SignInController(self.view)

    @cached_property
    def simulation(self) -> SimulationController:
        """Asks AWS's simulator."""
        from tui.controllers.simulation import SimulationController

        return SimulationController(self.view)

    @cached_property
    def who_can(self) -> WhoCanController:
        """Asks about one action."""
        from tui.controllers.who_can import WhoCanController

        return WhoCanController(self.view, self.evaluation)
