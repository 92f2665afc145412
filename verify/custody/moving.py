"""Moving what rests on former keys under the primary one, in small transactions that requests pass between."""

import time
from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import OperationalError

from crypto.keyring import Key
from verify.custody.out import Out
from verify.custody.waiting import until_all_have, until_drained
from verify.flows import retagging
from verify.services import Services

#: data keys wrapped anew in one transaction, while nobody is served and while somebody is
BATCH = 2000
BATCH_WHILE_SERVING = 500

#: tags deleted in one transaction
DROPPED = 500

#: of the time, while somebody is served
SHARE = 0.25

#: a batch that a request's lock held up is tried again so often
TRIES = 20


def data_keys(services: Services, out: Out) -> None:
    """Wrap all data keys under the primary KEK; also those that were written under a former one meanwhile."""
    anybody = until_all_have(services, out.say)
    rewrap(services, out, serving=anybody)
    until_drained(anybody=anybody)
    rewrap(services, out, serving=anybody)


def rewrap(services: Services, out: Out, *, serving: bool) -> None:
    primary = services.keyring.primary("kek").id
    stale = sum(count for kek, count in services.vault.wraps().items() if kek != primary)
    if not stale:
        return
    limit = BATCH_WHILE_SERVING if serving else BATCH
    with out.progress("data keys", stale) as advance:
        while done := _paced(lambda: services.vault.rewrap(limit), serving=serving):
            advance(done)


def tags(services: Services, out: Out) -> None:
    """Count on under the primary index key whatever value is kept, as far as it is not yet."""
    if len(services.keyring.usable("index")) == 1:
        return
    anybody = until_all_have(services, out.say)
    with out.progress("verifications", retagging.count(services)) as advance:
        for batch in retagging.batches(services):
            _paced(partial(_patiently, partial(services.vault.retag, batch.values)), serving=anybody)
            advance(batch.verifications)


def drop(services: Services, key: Key, out: Out) -> None:
    """Delete the tags under a retired index key."""
    dropped = 0
    while done := services.vault.drop_tags(key.id, DROPPED):
        dropped += done
    out.say(f"{dropped} tags under {key.id.hex()} deleted")


def _paced(call: Callable[[], int], *, serving: bool) -> int:
    """Leave requests most of the time where there are any."""
    began = time.monotonic()
    done = call()
    if serving:
        time.sleep((time.monotonic() - began) * (1 / SHARE - 1))
    return done


def _patiently(call: Callable[[], int]) -> int:
    for _ in range(TRIES - 1):
        try:
            return call()
        except OperationalError:
            time.sleep(0.1)
    return call()
