"""What is wrong with one field, by code, in words a user can act on."""

from collections.abc import Mapping

from verify.file_messages import FILE_MESSAGES, Words

UNLISTED = Words("此项不正确。", "This value is not valid.")

FIELD_MESSAGES: Mapping[str, Words] = {
    "required": Words(
        "请填写此项。",
        "This field is required.",
    ),
    "unknown_field": Words(
        "请求中有本接口不认识的字段。",
        "The body has a field this operation does not know.",
    ),
    "wrong_type": Words(
        "此项的类型不正确。",
        "This value has the wrong type.",
    ),
    "too_long": Words(
        "此项过长。",
        "This value is too long.",
    ),
    "too_short": Words(
        "此项过短。",
        "This value is too short.",
    ),
    "not_allowed": Words(
        "此项不在允许的取值之内。",
        "This value is not one of those allowed.",
    ),
    "looks_personal": Words(
        "此项看起来是个人信息，不应填在这里。",
        "This value looks like personal data, which does not belong here.",
    ),
    "own_account": Words(
        "监护人须用自己的账号，不能是未成年人的账号。",
        "A guardian needs an account of their own, not the minor's.",
    ),
    "other_age": Words(
        "这个身份证号码的年龄与被监护人不符，请核对。",
        "The age in this ID number is not the minor's; please check it.",
    ),
    "origin_not_registered": Words(
        "该网址不属于应用已登记的来源。",
        "This URL is not on a registered origin of the application.",
    ),
    "method_unavailable": Words(
        "该类型暂不提供此认证方式。",
        "This method is not offered for this type.",
    ),
    "unknown_item": Words(
        "有条目不在告知书中。",
        "An item is not part of the notice.",
    ),
    "url_format": Words(
        "此项应为完整的 ASCII 网址，不含用户名、密码和 # 片段。",
        "This is not an absolute URL in ASCII without user, password or fragment.",
    ),
    "https_required": Words(
        "网址必须以 https:// 开头。",
        "This URL must start with https://.",
    ),
    "dns_failed": Words(
        "网址中的域名无法解析。",
        "The name of this URL's host does not resolve.",
    ),
    "address_refused": Words(
        "网址指向非公网地址。",
        "This URL's host has an address that is not public.",
    ),
    "out_of_range": Words(
        "此项超出允许的范围。",
        "This value is out of range.",
    ),
    "invalid_characters": Words(
        "此项含有不允许的字符。",
        "This value has characters that are not allowed.",
    ),
    "control_characters": Words(
        "此项含有不允许的字符。",
        "This value has characters that are not allowed.",
    ),
    "not_unique": Words(
        "这个名称已被使用。",
        "This is taken already.",
    ),
    "invalid_email": Words(
        "请填写正确的电子邮箱地址。",
        "This is not an e-mail address.",
    ),
    "name_length": Words(
        "姓名应为 2 到 60 个字。",
        "A name has 2 to 60 characters.",
    ),
    "name_characters": Words(
        "姓名只能包含汉字、字母和间隔号。",
        "A name has letters, Han characters and a middle dot, nothing else.",
    ),
    "id_number_format": Words(
        "身份证号码应为 18 位：17 位数字加 1 位数字或 X。",
        "A resident ID number has 18 characters: 17 digits and a digit or X.",
    ),
    "id_number_15_digits": Words(
        "15 位身份证号码已停用，请填写 18 位号码。",
        "ID numbers of 15 digits are no longer valid; use the one of 18.",
    ),
    "id_number_check_digit": Words(
        "身份证号码校验位不符，请对照证件核对。",
        "The check digit does not fit; compare with the card.",
    ),
    "id_number_birth_date": Words(
        "身份证号码中的出生日期不存在，请对照证件核对。",
        "The birth date in this ID number is not possible.",
    ),
    "card_number_format": Words(
        "银行卡号应为 13 到 19 位数字。",
        "A card number has 13 to 19 digits.",
    ),
    "card_number_check_digit": Words(
        "银行卡号校验位不符，请对照卡片核对。",
        "The check digit does not fit; compare with the card.",
    ),
    "account_number_format": Words(
        "银行账号应为 8 到 32 位数字。",
        "An account number has 8 to 32 digits.",
    ),
    "cnaps_code_format": Words(
        "联行号应为 12 位数字。",
        "A branch code has 12 digits.",
    ),
    "bank_text_format": Words(
        "请填写 2 到 60 个汉字、字母或数字。",
        "Write 2 to 60 letters, Han characters or digits.",
    ),
    "enterprise_name_format": Words(
        "企业名称应为 2 到 100 个字，与营业执照一致。",
        "An enterprise's name has 2 to 100 characters, as on its licence.",
    ),
    "credit_code_format": Words(
        "统一社会信用代码为 18 位数字或大写字母，不含 I、O、S、V、Z。",
        "A credit code has 18 digits or letters, none of them I, O, S, V or Z.",
    ),
    "credit_code_check_digit": Words(
        "统一社会信用代码校验位不符，请对照营业执照核对。",
        "The check character does not fit; compare with the licence.",
    ),
    "organization_code_format": Words(
        "组织机构代码为 8 位数字或字母加 1 位校验码。",
        "An organization code has 8 digits or letters and a check character.",
    ),
    "organization_code_check_digit": Words(
        "组织机构代码校验位不符，请对照证件核对。",
        "The check character does not fit; compare with the certificate.",
    ),
    "one_of_two_codes": Words(
        "统一社会信用代码和组织机构代码请填写其中一项。",
        "Enter either a credit code or an organization code.",
    ),
    "not_this_method": Words(
        "此认证方式不适用于该身份，请换一种认证方式。",
        "This method is not for this role; switch to another one.",
    ),
    "not_this_role": Words(
        "经办人本人是法定代表人时无需填写此项。",
        "This is not needed where the representative is the legal representative.",
    ),
    "website_format": Words(
        "请填写网址，例如 www.example.com。",
        "Write an address such as www.example.com.",
    ),
    "amount_format": Words(
        "请填写金额，保留两位小数，例如 0.37。",
        "Write yuan with two decimals, such as 0.37.",
    ),
    "letter_over": Words(
        "授权书的最后一天不能早于今天。",
        "The letter's last day must not be before today.",
    ),
    "letter_too_long": Words(
        "授权书的最后一天最晚为 10 年之后。",
        "The letter's last day is at most ten years from today.",
    ),
    "not_this_proof": Words(
        "本次打款不用此项回答。",
        "This transfer is not answered with this field.",
    ),
    "code_format": Words(
        "验证码为 6 位数字。",
        "A code has six digits.",
    ),
    "mobile_format": Words(
        "请填写 11 位大陆手机号。",
        "A mainland mobile has 11 digits.",
    ),
}


def field_message(code: str, locale: str) -> str:
    """In zh-CN or en; anything else reads en."""
    words = FIELD_MESSAGES.get(code) or FILE_MESSAGES.get(code, UNLISTED)
    return words.zh if locale.lower().startswith("zh") else words.en
