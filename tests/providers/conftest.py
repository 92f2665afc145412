"""The plugin's fixtures, whether or not the project is installed with its entry point."""

from functools import cache

import providers.alipay
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

# whether its numbers fit each other takes a tenth of a second to prove, for the same key thousands of times
providers.alipay.rsa_private_key = cache(providers.alipay.rsa_private_key)
