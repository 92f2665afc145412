"""Stores of blobs: written whole or not at all, deleted for good, and told apart when they do not answer."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pytest

from verify.blobs import Blobs, BlobUnavailable, NoBlob, make_blobs
from verify.config import Settings


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as one needs: objects by path, refused without a signature."""

    objects: ClassVar[dict[str, bytes]] = {}
    down: ClassVar[bool] = False

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Tue, 01 Dec 2026 04:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if self.down or "AWS4-HMAC-SHA256" not in self.headers.get("Authorization", ""):
            self.answer(403)
        elif self.command == "PUT":
            self.objects[path] = body
            self.answer(200)
        elif self.command == "DELETE":
            self.objects.pop(path, None)
            self.answer(204)
        elif path in self.objects:
            self.answer(200, self.objects[path])
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_PUT = do_GET = do_DELETE = do_HEAD = handle_any  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def bucket() -> Iterator[str]:
    Bucket.objects.clear()
    Bucket.down = False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return make_blobs(Settings(instance=tmp_path))
    return make_blobs(
        Settings(
            instance=tmp_path,
            documents_url="s3://papers/realname",
            s3_endpoint=request.getfixturevalue("bucket"),
            s3_access_key_id="key",
            s3_secret_access_key="secret",
        )
    )


def test_a_blob_comes_back_as_it_was_put(blobs: Blobs) -> None:
    name, pieces = str(uuid4()), [b"a" * 100_000, b"b", b""]
    blobs.put(name, pieces)
    assert b"".join(blobs.get(name)) == b"".join(pieces)


def test_a_blob_that_was_deleted_is_gone_and_may_be_deleted_again(blobs: Blobs) -> None:
    name = str(uuid4())
    blobs.put(name, [b"a"])
    blobs.delete(name)
    blobs.delete(name)
    with pytest.raises(NoBlob):
        list(blobs.get(name))


def broken() -> Iterator[bytes]:
    yield b"a"
    raise InterruptedError


def test_what_breaks_off_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    name = str(uuid4())
    with pytest.raises((InterruptedError, BlobUnavailable)):
        blobs.put(name, broken())
    with pytest.raises(NoBlob):
        list(blobs.get(name))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    make_blobs(Settings(instance=tmp_path)).put("a-blob", [b"a"])
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)


def test_a_folder_may_be_named(tmp_path: Path) -> None:
    make_blobs(Settings(instance=tmp_path / "x", documents_url=f"file://{tmp_path}/papers")).put("a-blob", [b"a"])
    assert (tmp_path / "papers/ob/a-blob").read_bytes() == b"a"


def test_a_store_that_refuses_says_nothing_of_a_blob(bucket: str, tmp_path: Path) -> None:
    blobs = make_blobs(
        Settings(
            instance=tmp_path,
            documents_url="s3://papers/realname",
            s3_endpoint=bucket,
            s3_access_key_id="key",
            s3_secret_access_key="secret",
        )
    )
    Bucket.down = True
    for call in (lambda: blobs.put("a", [b"a"]), lambda: list(blobs.get("a")), lambda: blobs.delete("a")):
        with pytest.raises(BlobUnavailable):
            call()


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "documents").write_bytes(b"a file in the way")
    with pytest.raises(BlobUnavailable):
        make_blobs(Settings(instance=tmp_path)).put("a-blob", [b"a"])
