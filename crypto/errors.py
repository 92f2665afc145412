"""What can go wrong. Messages name keys by id and purpose, never a value, a key or a plaintext."""


class CryptoError(Exception):
    """Base of this package's errors."""


class DecryptionFailed(CryptoError):
    """The bytes are not what was sealed for this place. Deliberately says no more than that."""

    def __init__(self) -> None:
        super().__init__("decryption failed")


class UnsupportedFormat(DecryptionFailed):
    """A version or suite this release does not read; ``what`` is "version" or "suite"."""

    def __init__(self, what: str, number: int) -> None:
        CryptoError.__init__(self, f"unsupported {what} {number}")


class KeyMissing(CryptoError):
    """A key that stored data was made with is not in the keyring."""

    state = "missing"

    def __init__(self, purpose: str, key_id: bytes) -> None:
        super().__init__(f"{purpose} key {key_id.hex()} is {self.state}")
        self.purpose = purpose
        self.key_id = key_id


class KeyRetired(KeyMissing):
    """The key is in the keyring but no longer to be used."""

    state = "retired"


class KeyMismatch(KeyMissing):
    """A key of this id was used here before and was another key: the keyring of another environment."""

    state = "not the key known here by that id"


class KeyShredded(CryptoError):
    """The data key is gone for good: what it sealed is erased. ``dek_id`` is None when none was named."""

    def __init__(self, dek_id: bytes | None = None) -> None:
        super().__init__(f"data key {dek_id.hex()} is gone" if dek_id else "data key is gone")
        self.dek_id = dek_id


class KeyringInvalid(CryptoError):
    """The keyring cannot be used as it stands; the message says which rule it breaks."""


class NotIndexable(CryptoError):
    """The value is no well-formed one of its kind. Names the kind, never the value."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"not a well-formed {kind}")
        self.kind = kind


class InvalidToken(CryptoError):
    """The token was not issued under a key of this keyring, or was altered."""

    def __init__(self) -> None:
        super().__init__("invalid token")


class SelfTestFailed(CryptoError):
    """A primitive does not give its published answer on this machine; the message names it."""
