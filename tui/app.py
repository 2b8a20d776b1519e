"""The Textual app: theme, command palette, accounts, driver. `main_screen` has the rest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import constants
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.notifications import Notify
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES, Theme

from iam.runtime import gc_control
from iam.runtime.threads import in_thread
from iam.text import safe
from iam.verdicts.verdict import Verdict
from tui.commands import bindings_map, with_keymap
from tui.config import Config
from tui.diagnostics.crash_report import write_crash_report
from tui.main_screen import MainScreen
from tui.options import Launch
from tui.saving import SavingApp
from tui.session.session import Session
from tui.signals import end_on_signals
from tui.terminal.capabilities import has_colour, has_many_colours, has_unicode
from tui.terminal.clipboard import passed_through_tmux
from tui.terminal.textual_private import HookedApp
from tui.theme_choice import chosen_theme, keep_theme
from tui.type_ahead import TypeAheadApp
from widgets.ascii_filter import AsciiFilter
from widgets.glyphs import Glyphs, glyphs
from widgets.themed_app import ThemedApp, has_terminal_colours


class DriverError(Exception):
    """Why the terminal cannot be driven, in one sentence."""


class BedrockApp(HookedApp, TypeAheadApp[int], ThemedApp[int], SavingApp[int]):
    """See and change who can use Amazon Bedrock."""

    TITLE = "bedrock-tui"
    CSS_PATH = Path("styles.tcss")
    DEFAULT_MODE = "account 1"
    """Each account has a mode: a stack of screens of its own."""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", show=False, system=True, id="app.interrupt"),
        # Before any screen, so that it works in dialogs, which handle all other keys themselves.
        Binding("ctrl+l", "redraw", show=False, system=True, priority=True, id="redraw"),
        Binding("ctrl+z", "suspend_process", show=False, system=True, priority=True, id="suspend"),
    ]

    def __init__(
        self,
        launch: Launch,
        session: Session | None = None,
        *,
        unicode: bool | None = None,
        config: Config | None = None,
    ) -> None:
        """Prepare the app.

        Args:
            launch: What the operator asked for.
            session: The session, if its account is being read already.
            unicode: Whether the terminal shows UTF-8; None uses the locale.
            config: What the operator prefers.
        """
        self._coloured = has_colour() and has_many_colours()
        """Themes have colours of their own; else the terminal's are used, or none."""
        super().__init__(ansi_color=None if self._coloured else True)
        self.launch = launch
        self.config = config or Config()
        self.keymap: Mapping[str, str] = {}
        """Keys of commands, by their IDs, that the operator has chosen."""
        self.export_folder = self.config.folder
        self.glyphs: Glyphs = glyphs(has_unicode() if unicode is None else unicode)
        self.session = session or Session(launch)
        self._accounts = 1
        """How many have been opened."""
        self._config_faults = [self.config.fault] if self.config.fault else []
        self._kept_theme = ""
        self._use_config()

    def on_mount(self) -> None:
        self._choose_theme()
        self.set_keymap(bindings_map(self.keymap))
        self._tell_faults()
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        self.set_class(not self.glyphs.unicode, "-ascii")
        end_on_signals(self, lambda: self.session.changes.running)
        if beats := os.environ.get("BEDROCK_TUI_HEARTBEAT"):
            from tui.diagnostics.heartbeat import keep_beating

            self.run_worker(keep_beating(Path(beats)), group="heartbeat")

    def _choose_theme(self) -> None:
        """Use the theme that the operator chose last, or the one of the configuration."""
        wanted = chosen_theme(self.config.theme) or self.config.theme
        if has_colour() and not self._coloured:
            light = wanted in self.available_themes and not self.available_themes[wanted].dark
            for theme in list(self.available_themes.values()):
                if not has_terminal_colours(theme):
                    self.unregister_theme(theme.name)
            wanted = "ansi-light" if light else "ansi-dark"
            if wanted not in self.available_themes:
                wanted = next(iter(self.available_themes))  # of the oldest Textual
        if wanted in self.available_themes:
            self.theme = wanted
        if self.verdict_colours:
            self.refresh_css(animate=False)
        self._kept_theme = self.theme

    def _keep_theme(self, _: Theme) -> None:
        """Keep a theme that was chosen in the command palette."""
        if self.theme != self._kept_theme:
            self._kept_theme = self.theme
            self.run_worker(self._save_theme(self.theme), group="theme", exclusive=True)

    async def _save_theme(self, name: str) -> None:
        try:
            await in_thread(keep_theme, name, self.config.theme)
        except OSError as error:
            why = safe(error.strerror or str(error))
            self.notify(f"The theme is not kept: {why}.", severity="warning", markup=False)

    def _use_config(self) -> None:
        """Use the keys and colours of the configuration, and note what in it cannot be used."""
        config = self.config
        if not (config.theme or config.keymap or config.colours):
            return
        from tui import config_check

        keymap_fault = config_check.keymap_fault(config)
        colours_fault = config_check.colours_fault(config)
        faults = (config_check.theme_fault(config, BUILTIN_THEMES), keymap_fault, colours_fault)
        self._config_faults += filter(None, faults)
        if not keymap_fault:
            self.keymap = config.keymap
        if not colours_fault:
            colours = config.colours.items()
            self.verdict_colours = {Verdict(name): colour for name, colour in colours}

    def _tell_faults(self) -> None:
        for fault in self._config_faults:
            self.notify(fault, title="Configuration", severity="warning", timeout=30, markup=False)

    def get_default_screen(self) -> MainScreen:
        """The main screen at once: an empty one below it would be laid out first."""
        self.add_mode(self.DEFAULT_MODE, self._main_screen)  # else it could never be removed
        return self._main_screen()

    def _main_screen(self) -> MainScreen:
        screen = MainScreen(
            self.session,
            self.glyphs,
            self.launch,
            sections=self.config.sections,
            keymap=self.keymap,
        )
        # Textual sets these after the first frame, and then all of it is drawn again.
        for length, breakpoints in (
            (self.size.width, self.HORIZONTAL_BREAKPOINTS),
            (self.size.height, self.VERTICAL_BREAKPOINTS),
        ):
            names = [name for least, name in breakpoints or () if length >= least]
            screen.add_class(*names[-1:], update=False)
        return screen

    def get_driver_class(self) -> type[Driver]:
        """Our driver; Textual's on Windows, and where the environment names one.

        Raises:
            DriverError: The environment names one that cannot be used.
        """
        try:
            textual_driver = super().get_driver_class()
        except Exception as error:  # its module may raise anything
            reason = f"TEXTUAL_DRIVER={constants.DRIVER} does not name a Textual driver"
            raise DriverError(f"{reason}: {error}") from error
        if constants.DRIVER is not None or sys.platform == "win32":
            return textual_driver
        from tui.terminal.driver import OutputDriver

        return OutputDriver

    def on_notify(self, event: Notify) -> None:
        """Ignore a message that is on the screen already."""
        if self.is_notifying(event.notification.title, event.notification.message):
            event.prevent_default()

    def clear_notifications(self) -> None:
        """Take all messages away, with what holds them: Textual leaves a blank line of each."""
        super().clear_notifications()
        for screen in self.screen_stack:
            screen.query("ToastHolder").remove()

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return filters if self.glyphs.unicode else [*filters, AsciiFilter()]

    def fault_sentence(self) -> str:
        """Report an unexpected error in one sentence; Textual would print values, even secrets."""
        return f"bedrock-tui: {write_crash_report()}"

    async def on_main_screen_leave(self, message: MainScreen.Leave) -> None:
        """Open another account, on a new screen with a new session: nothing of the old one stays.

        No plan, mark, verdict or connection can then be used for an account that it is not of.
        """
        before, mode = self.session, self.current_mode
        self.session = before.successor(message.launch)
        self.clear_notifications()
        self._accounts += 1
        self.add_mode(f"account {self._accounts}", self._main_screen)
        await self.switch_mode(f"account {self._accounts}")
        await self.remove_mode(mode)
        self.drop_keys(None)
        before.close()
        await in_thread(gc_control.sweep)

    async def action_quit(self) -> None:
        """Quit as `q` does, which first checks whether a change is under way."""
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                await screen.action_command("quit")
                return
        self.exit(0)

    def action_redraw(self) -> None:
        """Draw the screen again, where another program has written to the terminal."""
        # Textual's own drivers draw everything anyway.
        redraw = getattr(self.terminal_driver, "redraw", None)
        if redraw is not None:
            redraw()
        self.refresh()

    def action_suspend_process(self) -> None:
        """Give the terminal back to the shell until `fg`, unless a change is being sent."""
        if self.session.changes.running is not None:
            self.notify("A change is under way; wait until it is done.", markup=False)
        else:
            super().action_suspend_process()

    def action_command_palette(self) -> None:
        """Show every command by name."""
        from widgets.option_pages import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(self.hold_for_choice))

    def action_help_quit(self) -> None:
        """Say how to quit, with our keys."""
        self.notify("Press q to quit", markup=False)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy through the terminal, and through tmux as well, if it runs there."""
        super().copy_to_clipboard(text)
        through_tmux = passed_through_tmux(text)
        if through_tmux and self.terminal_driver is not None:
            self.terminal_driver.write(through_tmux)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every command by name, and Textual's command for themes."""
        if isinstance(screen, MainScreen):
            for command in with_keymap(self.keymap):
                if command.palette and screen.check_action("command", (command.id,)):
                    yield SystemCommand(
                        command.name,
                        f"{command.help} ({command.shown})",
                        partial(screen.action_command, command.id),
                    )
        for own in super().get_system_commands(screen):
            if own.title == "Theme":
                yield own
