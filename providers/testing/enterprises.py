"""False enterprises for tests: well-formed, and the same for the same ``n``."""

from dataclasses import dataclass

from providers.testing.identities import Identity, adult

#: no province has this code (GB/T 2260), so no enterprise is registered there
NOWHERE = "990000"

#: registered by the market regulator, as an enterprise (GB 32100)
REGISTRAR = "91"

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANIZATION_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, repr=False, slots=True)
class Enterprise:
    """A false enterprise and the false adult who represents it."""

    name: str
    credit_code: str
    legal_representative: Identity

    @property
    def organization_code(self) -> str:
        return self.credit_code[8:17]


def enterprise(n: int, name: str | None = None) -> Enterprise:
    """Represented by ``adult(n)``. ``name`` may hold a sandbox value."""
    return Enterprise(name or f"示例第{n}科技有限公司", credit_code(n), adult(n))


def organization_code(n: int) -> str:
    """Nine characters with the check character (GB 11714)."""
    body = f"{n:08d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, ORGANIZATION_CODE_WEIGHTS, strict=True))
    return body + "0123456789X0"[11 - total % 11]


def credit_code(n: int) -> str:
    """Eighteen characters with the check character (GB 32100). An organization code that ends in X goes in as it is."""
    body = REGISTRAR + NOWHERE + organization_code(n)
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(body, CREDIT_CODE_WEIGHTS, strict=True))
    return body + ALPHABET[-total % 31]
