"""What a guardian consents to of their own: that information of a minor is processed at all (policy 7; PIPL 31)."""

from collections.abc import Mapping

from providers.base import Kind
from verify.policies.items import Item

#: begins the id of every item that a guardian grants; the rest names the minor's own item, or the group of age
PREFIX = "guardian."

_RETENTION = {
    "zh-CN": "注销账号后满 3 年为止；认证没有通过、过期或取消的，结束后 90 天；您撤回时认证还没有结束的，立即删除。",
    "en": "Until 3 years after the account is closed; where the verification was rejected, expired or was canceled, 90 "
    "days after it ends; at once where you withdraw before it has ended.",
}

#: group of age → the item of its own
GUARDIAN_ITEMS: Mapping[str, Item] = {
    "child": Item(
        id="guardian.child",
        required=True,
        kinds=(Kind.NAME, Kind.ID_NUMBER),
        applies_to=("guardian",),
        basis="个人信息保护法 28, 29, 31; 儿童个人信息网络保护规定 9, 10",
        purpose={
            "zh-CN": "您作为监护人，同意为不满十四周岁的孩子办理实名认证，并处理孩子的个人信息。"
            "孩子的信息都是敏感个人信息，泄露可能危及孩子的安全，因此加密保存，工作人员查看须有第二个人批准，"
            "认证结论一律由人作出。您可以拒绝或随时撤回；不同意则孩子无法完成实名认证，依法不能购买云服务。",
            "en": "As the guardian you consent that a child under 14 is verified and that the child's information is "
            "processed for it. All of it is sensitive: leaked, it could put the child's safety at risk, so it is kept "
            "encrypted, staff need a second person's approval to see it, and a person takes every decision. You may "
            "refuse, or withdraw at any time; without your consent the child cannot be verified, and the law does not "
            "allow cloud services to be sold to them.",
        },
        retention=_RETENTION,
        types=("personal",),
    ),
    "minor": Item(
        id="guardian.minor",
        required=True,
        kinds=(Kind.NAME, Kind.ID_NUMBER),
        applies_to=("guardian",),
        basis="个人信息保护法 28, 29; 未成年人网络保护条例 31; 民法典 19",
        purpose={
            "zh-CN": "您作为监护人，同意已满十四周岁不满十八周岁的被监护人办理实名认证，并处理其个人信息。"
            "信息泄露可能被人冒用身份，因此加密保存，工作人员查看须有第二个人批准。"
            "您可以拒绝或随时撤回；不同意则其无法完成实名认证，依法不能购买云服务。",
            "en": "As the guardian you consent that a person from 14 to 17 is verified and that their information is "
            "processed for it. Leaked, it could be used to pose as them, so it is kept encrypted, and staff need a "
            "second person's approval to see it. You may refuse, or withdraw at any time; without your consent they "
            "cannot be verified, and the law does not allow cloud services to be sold to them.",
        },
        retention=_RETENTION,
        types=("personal",),
    ),
}
