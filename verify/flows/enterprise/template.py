"""The letter of authorization, filled in as far as may be, as a PDF to print, sign and stamp.

ID numbers are shown masked with room to write them: whoever holds a client token reads nothing in full (api.md).
"""

from collections.abc import Mapping

from verify.errors import Problem
from verify.flows import progress
from verify.flows.case import Ref, load
from verify.flows.sealing import open_steps
from verify.flows.steps.enterprise import code_of
from verify.services import Services

TITLE = "企业实名认证授权委托书"

#: which of the two codes was given → how it is called
LABELS = {"credit_code": "统一社会信用代码", "organization_code": "组织机构代码"}

SCOPE = (
    (
        "兹授权上列被授权人作为本单位的经办人，以本单位名义在{operator}办理账号的企业实名认证，"
        "提交和确认认证所需的企业信息与材料，并在认证通过后以本单位名义使用该账号。"
    ),
    (
        "被授权人在授权范围和有效期内的上述行为，由本单位承担法律责任。本单位已告知法定代表人和被授权人，"
        "其姓名和身份证号码将用于与权威数据源和企业登记数据核对，二人均已同意。"
    ),
    "授权有效期：自签署之日起至______年____月____日。本单位提前收回授权的，将立即书面通知{operator}。",
)

NOTES = (
    "打印后请由法定代表人签字并加盖单位公章，再扫描或拍照上传。",
    "请不要附上身份证复印件或照片：含有身份证影像的材料会被退回并删除。",
    "身份证号码为保护隐私未完整打印，请手写补全。",
)


def filled(ref: Ref, services: Services) -> bytes:
    """Raises Problem step_not_expected before an authorized person was given, and after it was erased."""
    with services.read() as session:
        verification = load(session, ref)
        if progress.role(verification) != "authorized_person":
            raise Problem("step_not_expected", next_step=progress.next_step(verification))
        keys = services.vault.keys(verification.id)
        values = open_steps(session, keys, verification, ("enterprise", "representative"))
    if not {"enterprise_name", "legal_representative_name", "name", "id_number"} <= values.keys():
        raise Problem("step_not_expected", next_step=progress.next_step(verification))
    operator = verification.application.name
    return render(values, operator)


def render(values: Mapping[str, str], operator: str) -> bytes:
    """A4, one page. ``values`` are those of the steps enterprise and representative."""
    from verify.flows.enterprise.letter import Letter, setting  # noqa: PLC0415 - 30 MiB that most processes never need

    with setting:
        page = Letter(TITLE)
        page.heading(TITLE)
        page.field("授权单位", values["enterprise_name"])
        page.field(LABELS["credit_code" if "credit_code" in values else "organization_code"], code_of(values))
        page.field("法定代表人", values["legal_representative_name"])
        page.number(values["legal_representative_id_number"])
        page.field("被授权人（经办人）", values["name"])
        page.number(values["id_number"])
        for paragraph in SCOPE:
            page.paragraph(paragraph.replace("{operator}", f"“{operator}”"))
        page.signatures()
        page.notes(NOTES)
        return bytes(page.output())
