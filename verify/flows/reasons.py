"""Reason codes: what an outcome means to the user, what it costs, and the words for it."""

from collections.abc import Mapping
from typing import Any

from verify.flows.enterprise.reasons import ENTERPRISE_REASONS
from verify.flows.minors.reasons import MINORS_REASONS
from verify.flows.reason import Reason
from verify.flows.review.reasons import REVIEW_REASONS
from verify.flows.transfers.reasons import TRANSFER_REASONS

__all__ = ["REASONS", "Reason", "message", "published"]

REASONS: Mapping[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason(
            "identity_mismatch",
            "identity",
            retryable=True,
            costs_try=True,
            zh="姓名与身份证号码未能对应。请对照身份证核对后重新填写。",
            en="The name and the ID number do not belong together. Please compare both with the ID card and "
            "enter them again.",
        ),
        Reason(
            "consent_withdrawn",
            "consent",
            retryable=True,
            costs_try=False,
            zh="您撤回了同意，相应的核验已经停止。如需继续，请重新阅读并同意告知书；也可以换一种认证方式，或取消认证。",
            en="You withdrew your consent, so the checks that rest on it have stopped. To go on, please read the "
            "notice and consent again; you may also choose another method or cancel.",
        ),
        Reason(
            "notice_changed",
            "consent",
            retryable=True,
            costs_try=False,
            zh="告知书有重大变更。请重新阅读并同意后继续认证。",
            en="The notice has changed in a major way. Please read it and consent again to go on.",
        ),
        Reason(
            "no_record",
            "identity",
            retryable=True,
            costs_try=True,
            zh="没有查到与所填信息对应的记录。请核对后重新填写；如果证件或信息最近有变更，请过几天再试，或换一种认证方式。",
            en="There is no record for these details. Please check them and enter them again; after a recent "
            "change of papers, try again in a few days or choose another method.",
        ),
        Reason(
            "face_mismatch",
            "face",
            retryable=True,
            costs_try=True,
            zh="人脸与权威数据源中的照片未能比对成功。请由本人在光线充足处正对镜头再试一次，或换一种认证方式。",
            en="The face could not be matched with the photo the authority holds. The person named should try "
            "again facing the camera in good light, or choose another method.",
        ),
        Reason(
            "liveness_failed",
            "face",
            retryable=True,
            costs_try=True,
            zh="未能确认镜头前是真人。请取下帽子和口罩，按提示慢慢完成动作后再试一次，或换一种认证方式。",
            en="It could not be confirmed that a person was in front of the camera. Please take off hat and mask, "
            "follow the prompts slowly and try again, or choose another method.",
        ),
        Reason(
            "device_unsupported",
            "face",
            retryable=True,
            costs_try=False,
            zh="刷脸页面不支持这台设备或这个浏览器，本次不计入尝试次数。请换一台手机或换一个浏览器再试，或换一种认证方式。",
            en="The page for the face check does not work on this device or in this browser. This did not count as a "
            "try; please use another phone or browser, or choose another method.",
        ),
        Reason(
            "unsupported_person",
            "face",
            retryable=False,
            costs_try=False,
            zh="核验服务机构不为不满十四周岁的人刷脸，本次不计入尝试次数。请换一种认证方式，或联系客服。",
            en="The checking service takes no faces of people under fourteen. This did not count as a try; please "
            "choose another method or contact customer service.",
        ),
        Reason(
            "risk_policy",
            "face",
            retryable=True,
            costs_try=True,
            zh="这次刷脸没有通过安全检查。请换一个网络或设备再试，或换一种认证方式。",
            en="The face check did not pass a security check. Please try again with another network or device, or "
            "choose another method.",
        ),
        Reason(
            "liveness_expired",
            "face",
            retryable=True,
            costs_try=False,
            zh="刷脸页面没有在有效时间内完成，本次不计入尝试次数。请重新打开后完成。",
            en="The page for the face check was not completed in time. This did not count as a try; please open it "
            "again.",
        ),
        Reason(
            "face_replayed",
            "face",
            retryable=True,
            costs_try=True,
            zh="这张图片之前已经提交过。请现场重新拍摄一张，或换一种认证方式。",
            en="This picture has been submitted before. Please take a new one now, or choose another method.",
        ),
        Reason(
            "no_photo",
            "face",
            retryable=False,
            costs_try=True,
            zh="权威数据源中没有可供比对的照片，人脸比对暂时无法完成。请换一种认证方式，或联系客服。",
            en="The authority holds no photo to compare with, so the face check cannot be completed. Please choose "
            "another method or contact customer service.",
        ),
        Reason(
            "image_unusable",
            "face",
            retryable=True,
            costs_try=False,
            zh="图片不够清晰，或没有拍到完整的人脸。请在光线充足处重新拍摄，让画面中只有本人一张脸。",
            en="The picture is not clear enough or does not show one whole face. Please take it again in good "
            "light with only one face in view.",
        ),
        Reason(
            "bank_card_mismatch",
            "bank_card",
            retryable=True,
            costs_try=True,
            zh="银行登记的信息与所填内容未能对应。请核对姓名、身份证号码、卡号和在银行预留的手机号，或换一张本人的银行卡。",
            en="The details do not agree with those the bank holds. Please check name, ID number, card number and "
            "the mobile number registered with the bank, or use another card of the same person.",
        ),
        Reason(
            "bank_card_unsupported",
            "bank_card",
            retryable=True,
            costs_try=False,
            zh="暂不支持用这张银行卡认证。请换一张本人的借记卡，或换一种认证方式。",
            en="This card cannot be used for verification. Please use another debit card of the same person, or "
            "choose another method.",
        ),
        Reason(
            "code_wrong",
            "sms_code",
            retryable=True,
            costs_try=True,
            zh="验证码未能对应。请填写最近一条短信中的验证码，或重新获取。",
            en="The code does not match. Please enter the one from the latest message, or ask for a new one.",
        ),
        Reason(
            "code_expired",
            "sms_code",
            retryable=True,
            costs_try=False,
            zh="验证码已过有效时间。请重新获取后填写。",
            en="The code is past its time. Please ask for a new one and enter it.",
        ),
        Reason(
            "inconclusive",
            None,
            retryable=True,
            costs_try=False,
            zh="这次核验没有得出明确结果，本次不计入尝试次数。请核对信息后再试一次，或换一种认证方式。",
            en="The check gave no clear answer. This did not count as a try; please review the details and try again, "
            "or choose another method.",
        ),
        Reason(
            "provider_unavailable",
            None,
            retryable=True,
            costs_try=False,
            zh="核验服务暂时无法连接，本次不计入尝试次数。请稍后再试。",
            en="The checking service cannot be reached right now. This did not count as a try; please try again "
            "shortly.",
        ),
        Reason(
            "provider_limited",
            None,
            retryable=True,
            costs_try=False,
            zh="核验服务暂时无法办理，本次不计入尝试次数。请稍后再试，或换一种认证方式。",
            en="The checking service cannot take this on right now. This did not count as a try; please try again "
            "later, or choose another method.",
        ),
        Reason(
            "other_provider_offered",
            None,
            retryable=True,
            costs_try=False,
            zh="所选的核验服务机构暂时无法办理，本次不计入尝试次数。您可以同意由告知书中列出的另一家机构核验，也可以稍后再试。",
            en="The provider you agreed to cannot take this on right now. This did not count as a try; you can agree "
            "to the other provider in the notice, or try again later.",
        ),
        Reason(
            "provider_throttled",
            None,
            retryable=True,
            costs_try=False,
            zh="核验服务当前请求较多，本次不计入尝试次数。请过一段时间再试。",
            en="The checking service takes no more requests at the moment. This did not count as a try; please "
            "try again later.",
        ),
        Reason(
            "methods_exhausted",
            None,
            retryable=False,
            costs_try=False,
            zh="可用的认证方式均已用完尝试次数，认证未能通过。可以申请人工复核，或联系客服了解其他办法。",
            en="All methods have used up their tries, so the verification could not be completed. You can ask for "
            "a review by a person, or contact customer service about other ways.",
        ),
        Reason(
            "checks_passed",
            None,
            retryable=False,
            costs_try=False,
            zh="各项核验均已通过，实名认证完成，无需其他操作。",
            en="All checks passed and the verification is complete. Nothing more is needed.",
        ),
        Reason(
            "expired",
            None,
            retryable=False,
            costs_try=False,
            zh="本次认证已超过有效时间。可以重新发起一次认证。",
            en="The time for this verification is over. You can start a new one.",
        ),
        Reason(
            "canceled",
            None,
            retryable=False,
            costs_try=False,
            zh="本次认证已取消。需要时可以重新发起一次认证。",
            en="This verification was canceled. You can start a new one whenever you need it.",
        ),
        *TRANSFER_REASONS,
        *REVIEW_REASONS,
        *ENTERPRISE_REASONS,
        *MINORS_REASONS,
    )
}


def message(code: str, locale: str, type_: str = "personal") -> str:
    """What the user of a verification of this type reads in ``zh-CN`` or ``en``; any other locale reads zh-CN.

    Raises KeyError for no code of ours.
    """
    return REASONS[code].text(type_)["en" if locale == "en" else "zh-CN"]


def published() -> list[dict[str, Any]]:
    """The body of GET /v1/reason_codes."""
    return [
        {
            "code": reason.code,
            "step": reason.step,
            "retryable": reason.retryable,
            "costs_try": reason.costs_try,
            "text": reason.text(),
            "enterprise_text": reason.text("enterprise") if reason.enterprise_zh else None,
        }
        for reason in REASONS.values()
    ]
