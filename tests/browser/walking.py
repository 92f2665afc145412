"""How a person does each screen of the hosted page."""

from collections.abc import Callable
from io import BytesIO
from itertools import count

from PIL import Image

from providers.testing.identities import adult, card, mobile
from tests.browser.conftest import Visitor
from verify.images import draw_portrait

#: nobody's number twice, so that caps across verifications are never met
_numbers = count(1)

CODE, AMOUNT = "246810", "0.37"


class Person:
    """Somebody who does not exist, whose name may hold a sandbox value."""

    def __init__(self, marker: str = "", ending: str = "1111") -> None:
        self.number = next(_numbers)
        self.name = adult(self.number).name + marker
        self.id_number = adult(self.number).id_number
        self.ending = ending
        self.city = "深圳市"

    @property
    def account_number(self) -> str:
        return f"62100000{self.number:05d}{self.ending}"


def consent(visitor: Visitor, _: Person) -> None:
    for box in visitor.page.locator("input[type=checkbox]").all():
        box.check()
    visitor.page.locator(".button.main").click()


def identity(visitor: Visitor, person: Person) -> None:
    fill(visitor, name=person.name, id_number=person.id_number)
    send(visitor)


def face(visitor: Visitor, _: Person) -> None:
    """By the camera."""
    visitor.page.locator(".face-stage .button.main").click()
    visitor.page.locator(".shutter[aria-disabled=false]").click()
    visitor.page.locator(".finder.still img").wait_for()
    visitor.page.locator(".face-stage .button.main").click()


def face_by_file(visitor: Visitor, person: Person) -> None:
    chosen = {"name": "face.jpg", "mimeType": "image/jpeg", "buffer": draw_portrait(noise_seed=person.number)}
    visitor.page.locator(".face-stage input[type=file]").first.set_input_files(chosen)
    visitor.page.locator(".finder.still img").wait_for()
    visitor.page.locator(".face-stage .button.main").click()


def bank_card(visitor: Visitor, person: Person) -> None:
    fill(
        visitor,
        name=person.name,
        id_number=person.id_number,
        card_number=card(person.number),
        mobile=mobile(person.number),
    )
    send(visitor)


def sms_code(visitor: Visitor, _: Person, code: str = CODE) -> None:
    visitor.page.locator("input[name=code]").press_sequentially(code)
    send(visitor)


def bank_account(visitor: Visitor, person: Person) -> None:
    fill(visitor, name=person.name, id_number=person.id_number, account_number=person.account_number)
    fill(visitor, bank_name="招商银行", bank_province="广东省", bank_city=person.city, bank_branch="招商银行深圳分行")
    send(visitor)


def id_card(visitor: Visitor, person: Person) -> None:
    for side in range(2):
        chosen = {"name": "side.jpg", "mimeType": "image/jpeg", "buffer": picture(person.number, side)}
        with visitor.page.expect_response(lambda response: "/steps/id_card" in response.url):
            visitor.page.locator(".side input[type=file]").nth(side).set_input_files(chosen)
        visitor.page.wait_for_timeout(150)
        if visitor.page.locator(".side").count() == 0 or visitor.page.locator(".notice.error").count():
            return


def transfer_amount(visitor: Visitor, _: Person, amount: str = AMOUNT) -> None:
    fill(visitor, amount=amount)
    send(visitor)


def picture(number: int, side: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (640, 400), (number % 200, 90 * side, 120)).save(buffer, "JPEG")
    return buffer.getvalue()


def fill(visitor: Visitor, **values: str) -> None:
    for name, value in values.items():
        visitor.page.locator(f"input[name={name}]").fill(value)


def send(visitor: Visitor) -> None:
    visitor.page.locator("form .button.main").click()


Doing = Callable[[Visitor, Person], None]

#: what a person does at each step, in the order of each method
STEPS: dict[str, Doing] = {
    "consent": consent,
    "identity": identity,
    "face": face,
    "bank_card": bank_card,
    "sms_code": sms_code,
    "bank_account": bank_account,
    "id_card": id_card,
    "transfer_amount": transfer_amount,
}

METHODS = {
    "face": ("consent", "identity", "face"),
    "bank_card": ("consent", "bank_card", "sms_code", "face"),
    "micro_transfer": ("consent", "bank_account", "id_card", "transfer_amount"),
}


def walk(visitor: Visitor, person: Person, method: str, until: str | None = None) -> None:
    """Do every step, or all before ``until``."""
    for step in METHODS[method]:
        visitor.shows(step)
        if step == until:
            return
        STEPS[step](visitor, person)
