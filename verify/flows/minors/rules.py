"""Who counts as what by age, and who may be a guardian: the tables."""

from datetime import date, datetime

from verify.flows import checks
from verify.flows.checks import SHANGHAI
from verify.models import Application

#: of age from here on (民法典 17)
ADULT = 18

CHILD, MINOR = "child", "minor"

#: under so many years → group; the first that fits counts (PIPL 31; 儿童个人信息网络保护规定 2)
GROUPS = ((14, CHILD), (ADULT, MINOR))

#: in the order of 民法典 27; an appointed guardian was agreed to by a residents' committee or a court
RELATIONSHIPS = ("parent", "grandparent", "elder_sibling", "appointed")

#: groups of which no machine decides, with the code that brings them before a person
DECIDED_BY_PEOPLE = {CHILD: "child_needs_person"}


def group_of(id_number: str, now: datetime) -> str | None:
    """By the birth date in the number, on today's date in China; None for adults."""
    today: date = now.astimezone(SHANGHAI).date()
    age = checks.age_on(checks.birth_date(id_number), today)
    return next((group for below, group in GROUPS if age < below), None)


def serves_minors(application: Application) -> bool:
    """Only where somebody is named who is in charge of children's data (policy 7.4.1)."""
    served: bool = application.setting("minors") == "with_guardian"
    return served and bool(application.setting("children_officer").strip())
