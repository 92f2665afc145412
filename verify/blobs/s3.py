"""Blobs in an object store that speaks S3. obstore is small, typed and streams; Apache's object_store signs."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from verify.blobs.base import BlobUnavailable, NoBlob
from verify.config import Settings

PIECE = 65_536
TIMEOUT = timedelta(seconds=20)


class S3:
    """``REALNAME_DOCUMENTS_URL`` is s3://bucket/prefix."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.documents_url or "")
        self._store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key_id=settings.s3_access_key_id,
            secret_access_key=settings.s3_secret_access_key,
            virtual_hosted_style_request=settings.s3_virtual_host,
            disable_bulk_delete=True,  # not every store that speaks S3 knows it
            client_options={
                "timeout": TIMEOUT,
                "connect_timeout": timedelta(seconds=5),
                "allow_http": (settings.s3_endpoint or "").startswith("http://"),
            },
            retry_config={"max_retries": 2, "retry_timeout": TIMEOUT},
        )

    def __repr__(self) -> str:
        return "S3"

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        try:
            # one request a document: a multipart upload that is given up would lie around
            obstore.put(self._store, name, b"".join(pieces), use_multipart=False)
        except BaseError as error:
            raise BlobUnavailable(type(error).__name__) from None

    def get(self, name: str) -> Iterator[bytes]:
        try:
            for piece in obstore.get(self._store, name).stream(min_chunk_size=PIECE):
                yield bytes(piece)
        except (NotFoundError, FileNotFoundError):
            raise NoBlob from None
        except BaseError as error:
            raise BlobUnavailable(type(error).__name__) from None

    def delete(self, name: str) -> None:
        try:
            obstore.delete(self._store, name)
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError as error:
            raise BlobUnavailable(type(error).__name__) from None
