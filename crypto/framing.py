"""Length prefixes, so that joined fields can be told apart again."""


def lp(field: bytes) -> bytes:
    """``field`` behind its length as u16, big-endian. Raises OverflowError above 65,535 bytes."""
    return len(field).to_bytes(2, "big") + field
