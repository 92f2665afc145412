"""Reason codes of the steps of a micro-transfer."""

from collections.abc import Sequence

from verify.flows.reason import Reason

TRANSFER_REASONS: Sequence[Reason] = (
    Reason(
        "account_name_mismatch",
        "bank_account",
        retryable=True,
        costs_try=False,
        zh="户名与所填的姓名不一致，没有发起打款。请使用本人名下的银行账户重新填写。",
        en="The account name differs from the name given, so no transfer was made. Please enter an account in your "
        "own name.",
    ),
    Reason(
        "account_invalid",
        "bank_account",
        retryable=True,
        costs_try=True,
        zh="银行未能向这个账户打款。请核对户名、账号和开户行后重新填写，或换一个本人名下的银行账户。",
        en="The bank could not pay into this account. Please check account name, number and bank and enter them "
        "again, or use another account in your own name.",
        enterprise_zh="银行未能向这个账户打款。请核对户名、账号和开户行后重新填写，或换一个本企业名下的对公账户。",
        enterprise_en="The bank could not pay into this account. Please check account name, number and bank and enter "
        "them again, or use another account in the enterprise's own name.",
    ),
    Reason(
        "account_not_supported",
        "bank_account",
        retryable=True,
        costs_try=False,
        zh="这个账户目前不能接收打款。请换一个本人名下的银行账户，或换一种认证方式。",
        en="This account takes no transfers at present. Please use another account in your own name, or choose "
        "another method.",
        enterprise_zh="这个账户目前不能接收打款。请换一个本企业名下的对公账户，或换一种认证方式。",
        enterprise_en="This account takes no transfers at present. Please use another account in the enterprise's own "
        "name, or choose another method.",
    ),
    Reason(
        "account_blocked",
        "bank_account",
        retryable=True,
        costs_try=False,
        zh="这个账户多次填写的金额未能对应，暂不能再用于认证。请换一个本人名下的银行账户，或联系客服解除。",
        en="Amounts entered for this account did not match too often, so it cannot be used for now. Please use "
        "another account in your own name, or ask customer service to lift this.",
        enterprise_zh="这个账户多次填写的金额未能对应，暂不能再用于认证。请换一个本企业名下的对公账户，或联系客服解除。",
        enterprise_en="Amounts entered for this account did not match too often, so it cannot be used for now. Please "
        "use another account in the enterprise's own name, or ask customer service to lift this.",
    ),
    Reason(
        "transfers_exceeded",
        "bank_account",
        retryable=True,
        costs_try=False,
        zh="今天不能再向这个账户打款。请明天再试，或换一个本人名下的银行账户。",
        en="No further transfer can be made to this account today. Please try again tomorrow, or use another account "
        "in your own name.",
        enterprise_zh="今天不能再向这个账户打款。请明天再试，或换一个本企业名下的对公账户。",
        enterprise_en="No further transfer can be made to this account today. Please try again tomorrow, or use "
        "another account in the enterprise's own name.",
    ),
    Reason(
        "transfer_returned",
        "bank_account",
        retryable=True,
        costs_try=True,
        zh="打款已被银行退回。请核对户名、账号和开户行后重新填写，或换一个本人名下的银行账户。",
        en="The bank has returned the transfer. Please check account name, number and bank and enter them again, or "
        "use another account in your own name.",
        enterprise_zh="打款已被银行退回。请核对户名、账号和开户行后重新填写，或换一个本企业名下的对公账户。",
        enterprise_en="The bank has returned the transfer. Please check account name, number and bank and enter them "
        "again, or use another account in the enterprise's own name.",
    ),
    Reason(
        "transfer_unavailable",
        "bank_account",
        retryable=True,
        costs_try=False,
        zh="目前不能发起打款，本次不计入尝试次数。请稍后重新提交，或换一种认证方式。",
        en="Transfers cannot be made at present. This did not count as a try; please submit again later, or choose "
        "another method.",
    ),
    Reason(
        "transfer_unconfirmed",
        None,
        retryable=False,
        costs_try=False,
        zh="银行还没有确认打款的结果，正由人工核实。可以等待核实，也可以取消后换一种认证方式。",
        en="The bank has not confirmed what became of the transfer; a person is looking into it. You can wait, or "
        "cancel and choose another method.",
    ),
    Reason(
        "amount_mismatch",
        "transfer_amount",
        retryable=True,
        costs_try=True,
        zh="填写的内容与打款未能对应。请查看银行账户的收款记录后重新填写。",
        en="What was entered does not match the transfer. Please look at the account's record of payments and enter "
        "it again.",
    ),
    Reason(
        "answer_window_over",
        "bank_account",
        retryable=True,
        costs_try=True,
        zh="填写打款金额的时间已过。请重新提交银行账户，我们会再打一笔款。",
        en="The time to enter the amount is over. Please submit the bank account again; another transfer will be made.",
    ),
    Reason(
        "id_card_mismatch",
        "id_card",
        retryable=True,
        costs_try=True,
        zh="证件上的姓名或号码与所填内容未能对应。请拍摄本人的身份证，或核对所填内容。",
        en="Name or number on the card do not agree with what was entered. Please take a picture of your own ID card, "
        "or review what you entered.",
    ),
    Reason(
        "id_card_expired",
        "id_card",
        retryable=True,
        costs_try=True,
        zh="身份证不在有效期内。请使用有效的身份证，或换一种认证方式。",
        en="The ID card is not within its period of validity. Please use one that is, or choose another method.",
    ),
    Reason(
        "id_card_wrong_side",
        "id_card",
        retryable=True,
        costs_try=False,
        zh="拍摄的不是所要求的一面。请按提示重新拍摄身份证的人像面或国徽面。",
        en="This is not the side that was asked for. Please take a picture of the side with the portrait or with the "
        "emblem, as shown.",
    ),
    Reason(
        "id_card_unreadable",
        "id_card",
        retryable=True,
        costs_try=False,
        zh="身份证照片不够清晰，无法识别。请在光线充足处完整拍摄，避免反光。",
        en="The picture of the ID card cannot be read. Please take it again in good light, whole and without glare.",
    ),
)
