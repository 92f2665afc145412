"""What staff conclude, in words for the user."""

from verify.flows.reason import Reason

#: the one to reject with where no vendor answered
UNCHECKED = "checks_unavailable"

REVIEW_REASONS = (
    Reason(
        "approved_by_staff",
        None,
        retryable=False,
        costs_try=False,
        zh="审核人员已核对您提交的材料，实名认证完成，无需其他操作。",
        en="A reviewer has checked what you submitted. The verification is complete and nothing more is needed.",
    ),
    Reason(
        "asked_again",
        None,
        retryable=True,
        costs_try=False,
        zh="审核人员需要您重新提交这一步，请按说明准备后再次提交。其他已通过的步骤无需重做。",
        en="A reviewer needs this step from you once more. Please submit it again as the note says; the other "
        "steps you have passed stay as they are.",
    ),
    Reason(
        "papers_unreadable",
        None,
        retryable=False,
        costs_try=False,
        zh="提交的材料看不清楚，无法核对。可以用清晰的原件重新发起一次认证。",
        en="The papers could not be read well enough to be checked. You can start a new verification with clear "
        "scans of the originals.",
    ),
    Reason(
        "papers_disagree",
        None,
        retryable=False,
        costs_try=False,
        zh="提交的材料与填写的信息、或与登记信息未能对应。请核对后重新发起一次认证，或联系客服说明情况。",
        en="The papers do not agree with what was entered or with the register. Please compare them and start a "
        "new verification, or contact customer service and explain.",
    ),
    Reason(
        "papers_suspect",
        None,
        retryable=False,
        costs_try=False,
        zh="提交的材料未能通过真实性核对。如有异议，请联系客服申请复核。",
        en="The papers could not be accepted as genuine. If you disagree, please contact customer service and ask "
        "for another review.",
    ),
    Reason(
        "authority_not_shown",
        None,
        retryable=False,
        costs_try=False,
        zh="授权书未能证明经办人的授权，例如缺少盖章、签字或已过有效期。请准备新的授权书后重新发起认证。",
        en="The letter does not show that the representative may act for the enterprise: a seal, a signature or "
        "a valid date is missing. Please prepare a new letter and start again.",
    ),
    Reason(
        "enterprise_not_operating",
        None,
        retryable=False,
        costs_try=False,
        zh="登记信息显示该企业目前不是存续状态，无法完成认证。登记状态恢复后可以重新发起认证。",
        en="The register does not show the enterprise as operating, so it cannot be verified. Once the register "
        "shows it again, you can start a new verification.",
    ),
    Reason(
        "not_this_person",
        None,
        retryable=False,
        costs_try=False,
        zh="未能确认申请认证的是本人。请由本人重新发起认证，或联系客服申请复核。",
        en="It could not be confirmed that the person named is the one applying. That person should start a new "
        "verification, or contact customer service for another review.",
    ),
    Reason(
        UNCHECKED,
        None,
        retryable=False,
        costs_try=False,
        zh="核验服务长时间无法办理，本次认证没有完成，与您提交的内容无关。可以稍后重新发起一次认证，或联系客服。",
        en="The checking service could not be reached for a long time, so the verification was not completed. This is "
        "not about what you submitted; you can start a new verification later, or contact customer service.",
    ),
)

#: codes a reviewer may reject with
REJECTIONS = tuple(reason.code for reason in REVIEW_REASONS if reason.code not in {"approved_by_staff", "asked_again"})
