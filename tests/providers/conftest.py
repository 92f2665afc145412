"""The plugin's fixtures, whether or not the project is installed with its entry point."""

from providers.testing.plugin import realname_identities, realname_no_network, realname_sandbox

__all__ = ["realname_identities", "realname_no_network", "realname_sandbox"]
