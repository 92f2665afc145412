"""Where sealed documents lie: a folder, or an object store that speaks S3."""

from pathlib import Path
from urllib.parse import urlsplit

from verify.blobs.base import Blobs, BlobUnavailable, NoBlob
from verify.blobs.folder import Folder
from verify.config import ConfigurationError, Settings

__all__ = ["BlobUnavailable", "Blobs", "NoBlob", "make_blobs"]


def make_blobs(settings: Settings) -> Blobs:
    """Raises ConfigurationError."""
    if settings.documents_url is None:
        return Folder(settings.instance / "documents")
    parts = urlsplit(settings.documents_url)
    if parts.scheme == "file":
        return Folder(Path(parts.path))
    try:
        from verify.blobs.s3 import S3  # noqa: PLC0415 - its library is an extra
    except ImportError:
        msg = "REALNAME_DOCUMENTS_URL names an object store: install realname[s3]"
        raise ConfigurationError(msg) from None
    return S3(settings)
