"""The plugin's fixture, whether or not the project is installed with its entry point."""

from providers.testing.plugin import realname_responses

__all__ = ["realname_responses"]
