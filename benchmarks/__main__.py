"""``make bench``: measure everything and print it."""

import logging

import structlog

from benchmarks import requests, sealing

logging.disable()
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

for suite in (sealing, requests):
    for measured in suite.measure():
        print(measured)  # noqa: T201 - the result
