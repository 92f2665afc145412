"""What is owed of minors and their guardians, in words for the user."""

from verify.flows.reason import Reason

MINORS_REASONS = (
    Reason(
        "guardian_required",
        "guardian",
        retryable=True,
        costs_try=False,
        zh="未成年用户须先由监护人同意，刚才填写的信息没有保存。请监护人用自己已完成实名认证的账号登录"
        "您注册的服务，阅读告知书并同意，之后您再继续。没有这样的账号时，请监护人先注册并完成自己的实名认证。",
        en="A minor needs a guardian's consent first; what you just entered was not kept. Please ask your "
        "guardian to sign in to the service with their own verified account, to read the notice and consent; then go "
        "on here. A guardian without such an account can sign up and be verified first.",
    ),
    Reason(
        "guardian_declined",
        "guardian",
        retryable=True,
        costs_try=False,
        zh="监护人没有同意，认证不能继续。请与监护人商量；也可以由另一位监护人来同意，或取消认证。",
        en="The guardian did not consent, so the verification cannot go on. Please talk with them; another guardian "
        "may consent, or you may cancel.",
    ),
    Reason(
        "guardian_mismatch",
        None,
        retryable=True,
        costs_try=True,
        zh="所填的姓名或身份证号码与监护人同意时填写的不一致。请对照身份证核对后重新填写。",
        en="The name or ID number is not the one the guardian consented for. Please compare both with the ID card and "
        "enter them again.",
    ),
    Reason(
        "guardian_withdrew",
        None,
        retryable=False,
        costs_try=False,
        zh="监护人撤回了同意，账号已暂停。请与监护人商量后重新认证；有不同意见时，可以向我们提出投诉。",
        en="The guardian withdrew their consent, and the account is suspended. Please talk with them and be verified "
        "anew; if you disagree, you can complain to us.",
    ),
    Reason(
        "child_needs_person",
        None,
        retryable=False,
        costs_try=False,
        zh="儿童的认证由审核人员作出结论，请等待审核结果。",
        en="The verification of a child is decided by a reviewer. Please wait for the result.",
    ),
)
