"""The plugin's fixtures, whether or not the project is installed with its entry point."""

from providers.testing.plugin import (
    realname_alibaba,
    realname_alipay,
    realname_identities,
    realname_no_network,
    realname_responses,
    realname_sandbox,
    realname_tencent,
)

__all__ = [
    "realname_alibaba",
    "realname_alipay",
    "realname_identities",
    "realname_no_network",
    "realname_responses",
    "realname_sandbox",
    "realname_tencent",
]
