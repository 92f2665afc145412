"""What is written of a bulletin for others: the announcement, and the report to the regulator."""

from collections.abc import Mapping
from datetime import datetime

from verify.flows.bulletins.kinds import KINDS
from verify.flows.bulletins.matters import NotNow
from verify.flows.checks import SHANGHAI
from verify.models import Bulletin
from verify.policies import LOCALES


def announcement(bulletin: Bulletin) -> str:
    """The text to publish, Chinese first. Raises NotNow while there is none."""
    if not bulletin.texts:
        raise NotNow("no text was taken yet")
    subjects = KINDS[bulletin.kind].subjects
    parts = [f"{subjects[locale]}\n\n{bulletin.texts[locale]}\n" for locale in LOCALES]
    return "\n----\n\n".join(parts)


#: numbers of the tally as the report words them
COUNTED: Mapping[str, str] = {
    "affected": "涉及账号数",
    "told": "已通知账号数",
    "by_webhook": "经接入方系统通知送达",
    "by_message": "经邮件或短信送达",
    "unknown": "已发出、是否送达不明",
    "unreached": "无法逐一通知、以公告方式告知",
}


def for_regulator(bulletin: Bulletin, tally: Mapping[str, int]) -> str:
    """Markdown with what the records say, and places for what only people know (个人信息保护法 57)."""
    scopes = [_scope(scope) for scope in bulletin.scopes.values()]
    return "\n".join(
        [
            "# 个人信息安全事件报告",
            "",
            "报告单位：【名称、统一社会信用代码】　联系人：【姓名、电话】　报告时间：【时间】",
            "",
            "## 一、时间",
            "",
            f"- 发现时间：{_time(bulletin.known_at)}",
            f"- 立案时间：{_time(bulletin.opened_at)}",
            f"- 开始通知个人：{_time(bulletin.released_at)}",
            "",
            "## 二、涉及的信息种类和范围",
            "",
            *(scopes or ["- 【范围】"]),
            "- 人脸图像和身份证照片：系统从不存储",
            "",
            "## 三、原因",
            "",
            "【原因】",
            "",
            "## 四、人数和通知情况",
            "",
            *(f"- {label}：{tally[name]}" for name, label in COUNTED.items()),
            "",
            "## 五、可能造成的危害、补救措施和对个人的建议（已告知个人的内容）",
            "",
            bulletin.texts.get("zh-CN", "【告知文本】"),
            "",
        ]
    )


def _scope(scope: Mapping[str, object]) -> str:
    kinds = scope.get("kinds")
    named = "、".join(str(kind) for kind in kinds) if isinstance(kinds, list) and kinds else "全部"
    where = f"，接收方 {scope['provider']}" if "provider" in scope else ""
    where += "，内部人员操作" if "operator" in scope else ""
    return f"- {scope['begins']} 至 {scope['until']}{where}；信息种类：{named}"


def _time(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M（北京时间）") if at else "【时间】"
