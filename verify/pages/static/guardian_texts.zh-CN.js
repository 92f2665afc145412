/** 监护人页面的中文文案；guardian_texts.en.js 的键与此相同。 */

import { zh } from "./texts.zh-CN.js";

export default {
  stopped: {
    invalid_credentials: {
      title: "链接已失效",
      lede: (app) => zh`链接可能没有复制完整，您可能已通过它表示不同意或撤回同意，或者已有新的链接。请登录${app}获取新的链接。`,
      points: ["请检查链接是否复制完整。", "您已作出的答复不受影响。"],
    },
  },
  problems: {
    guardian_not_verified: "您自己的账号已注销、被暂停或未通过实名认证，不能用它表示同意。请登录您的账号查看。",
  },
  guardianPage: {
    title: "一位未成年人需要您的同意",
    lede: (app) => zh`${app}需要核实您监护的未成年人的真实身份，须先取得您作为监护人的同意。请逐项阅读并勾选。`,
    asks: "谁在征求同意",
    purpose: "用于什么",
    purposeText: "未成年人账号的实名认证",
    relationship: "您的身份",
    relationships: { parent: "父母", grandparent: "祖父母、外祖父母", elder_sibling: "兄、姐", appointed: "依法指定的监护人" },
    ours: "怎样使用未成年人的信息",
    oursText: "只用于完成和证明本次认证。",
    shares: "哪些机构会收到未成年人的信息",
    sharesText: "没有您的单独同意，我们不会向任何机构提供。",
    minor: {
      title: "您为谁表示同意",
      text: "您的同意只对这里填写的人有效，未成年人须填写相同的信息。",
      name: "未成年人姓名",
      nameHint: "与其身份证或户口簿上完全一致",
      idNumber: "未成年人身份证号码",
      idNumberHint: "18 位，最后一位可能是 X",
    },
    missing: (n) => `还有 ${n} 项必选内容没有勾选。如不同意其中某项，请选择“我不同意”。`,
    submit: "同意所选内容",
    withdrawable: "您可以随时撤回同意；撤回不影响此前已完成的处理。",
    decline: {
      open: "我不同意",
      title: "您不同意吗？",
      lede: (app) => zh`不会向任何人提供该未成年人的信息。${app}近期不会再次询问您。`,
      yes: "我不同意",
    },
    withdraw: {
      open: "撤回我的同意",
      title: "撤回您的同意吗？",
      lede: (app) => zh`认证尚未完成的，随即终止，已收集的信息会被删除；已经完成的，${app}会暂停该未成年人的账号。`,
      yes: "撤回",
    },
    ends: {
      granted: {
        title: "您已同意",
        lede: () => "未成年人现在可以继续认证。",
        points: ["请未成年人重新打开自己的认证页面，填写相同的姓名和号码。", "您可以关闭本页面。如以后可能撤回同意，请保留本页链接。"],
      },
      declined: {
        title: "您没有同意",
        lede: () => "您的答复已记录，没有向任何人提供该未成年人的信息。",
        points: ["您无需再做什么，可以关闭本页面。"],
      },
      withdrawn: {
        title: "您的同意已撤回",
        lede: (app) => zh`${app}已收到通知，不再进行基于该同意的任何处理。`,
        points: ["撤回不影响此前已完成的处理。", "您可以关闭本页面。"],
      },
      over: {
        title: "目前不需要您的答复",
        lede: (app) => zh`该未成年人的认证已结束或改用了其他方式。如重新发起，${app}会再次征求您的同意。`,
        points: ["打开本页面没有改变任何内容，您可以关闭它。"],
      },
    },
  },
};
