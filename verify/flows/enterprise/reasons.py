"""Reason codes of the steps that only enterprises have."""

from collections.abc import Sequence

from verify.flows.reason import Reason

ENTERPRISE_REASONS: Sequence[Reason] = (
    Reason(
        "license_mismatch",
        "enterprise",
        retryable=True,
        costs_try=True,
        zh="营业执照上的名称或代码与所填内容未能对应。请对照执照重新填写企业信息，再上传清晰完整的执照。",
        en="The name or code on the business licence does not agree with what was entered. Please enter the "
        "enterprise again as the licence has it, then upload a clear scan of the whole licence.",
    ),
    Reason(
        "license_expired",
        "license",
        retryable=True,
        costs_try=True,
        zh="营业执照已过营业期限。请上传换发后的执照；如果期限已延长，请上传新的执照副本。",
        en="The business licence is past its date. Please upload the renewed licence.",
    ),
    Reason(
        "license_unreadable",
        "license",
        retryable=True,
        costs_try=False,
        zh="营业执照未能自动识别，将由审核人员核对。无需重新上传，可以继续完成其余步骤。",
        en="The business licence could not be read automatically, so a reviewer will look at it. Nothing more is "
        "needed for this step; you can go on with the others.",
    ),
    Reason(
        "registry_mismatch",
        "enterprise",
        retryable=True,
        costs_try=True,
        zh="企业名称和代码与登记信息未能对应。请对照营业执照核对后重新填写。",
        en="The enterprise's name and code do not agree with the register. Please compare both with the business "
        "licence and enter them again.",
    ),
    Reason(
        "legal_representative_mismatch",
        "representative",
        retryable=True,
        costs_try=True,
        zh="法定代表人与登记信息未能对应。请核对姓名和身份证号码后重新填写；如果法定代表人刚刚变更，请过几天再试。",
        en="The legal representative does not agree with the register. Please check name and ID number and enter "
        "them again; after a recent change, try again in a few days.",
    ),
    Reason(
        "enterprise_deregistered",
        "representative",
        retryable=False,
        costs_try=True,
        zh="登记信息显示该企业已经注销，无法完成认证。如果登记信息有误，可以请登记机关更正，或联系客服申请人工复核。",
        en="The register says that this enterprise has been deregistered, so it cannot be verified. If the register is "
        "mistaken, you can have it corrected there, or ask customer service for a review by a person.",
    ),
    Reason(
        "enterprise_revoked",
        "representative",
        retryable=False,
        costs_try=True,
        zh="登记信息显示该企业的营业执照已被吊销，无法完成认证。如果登记信息有误，可以请登记机关更正，或联系客服申请人工复核。",
        en="The register says that this enterprise's business licence has been revoked, so it cannot be "
        "verified. If the "
        "register is mistaken, you can have it corrected there, or ask customer service for a review by a person.",
    ),
    Reason(
        "registry_no_record",
        "representative",
        retryable=True,
        costs_try=False,
        zh="登记数据中暂时没有这家企业，新设立或刚变更的企业通常要过几个工作日才能查到。我们会按时自动复查，无需其他操作。",
        en="The register does not show this enterprise yet; a new or recently changed one often takes some working "
        "days. It is asked again automatically and nothing more is needed from you.",
    ),
    Reason(
        "registry_unclear",
        "representative",
        retryable=True,
        costs_try=False,
        zh="登记信息没有给出明确结果，将由审核人员核对。无需重新提交，可以继续完成其余步骤。",
        en="The register gave no clear answer, so a reviewer will look at it. Nothing more is needed for this step; "
        "you can go on with the others.",
    ),
    Reason(
        "representative_not_account_holder",
        "representative",
        retryable=True,
        costs_try=True,
        zh="经办人须是本账号已完成个人实名认证的本人。请填写该人的姓名和身份证号码，或由经办人用自己的账号办理。",
        en="The representative must be the person this account was verified for. Please enter that person's name and "
        "ID number, or let the representative use an account of their own.",
    ),
    Reason(
        "corporate_name_mismatch",
        "bank_account",
        retryable=True,
        costs_try=False,
        zh="户名与企业名称不一致，没有发起打款。请使用以企业自己的名称开立的账户重新填写。",
        en="The account name differs from the enterprise's name, so no transfer was made. Please enter an account held "
        "in the enterprise's own name.",
    ),
    Reason(
        "authorization_letter_review",
        "authorization_letter",
        retryable=True,
        costs_try=False,
        zh="授权书已经收到，将由审核人员核对。无需重新上传，可以继续完成其余步骤。",
        en="The letter of authorization has arrived and a reviewer will look at it. Nothing more is needed for this "
        "step; you can go on with the others.",
    ),
    Reason(
        "registry_changed",
        None,
        retryable=False,
        costs_try=False,
        zh="复查时登记信息与认证时的不一致，账号暂停使用。请以现在的登记信息重新认证；如有异议，可以联系客服申诉。",
        en="When checked again, the register no longer agreed with what was verified, so the account is suspended. "
        "Please be verified again as the register has it now; if you disagree, contact customer service to appeal.",
    ),
    Reason(
        "authorization_letter_expired",
        None,
        retryable=False,
        costs_try=False,
        zh="授权书的有效期已过，账号暂停使用。请由企业重新授权后再次认证；如有异议，可以联系客服申诉。",
        en="The letter of authorization is past its date, so the account is suspended. Please be verified again "
        "with a new letter; if you disagree, contact customer service to appeal.",
    ),
)
