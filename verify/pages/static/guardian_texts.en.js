/** Words of the guardian's page in English; guardian_texts.zh-CN.js has the same keys. */

export default {
  stopped: {
    invalid_credentials: {
      title: "This link does not work any more",
      lede: (app) => `It was not copied whole, you have said no by it or withdrawn, or a newer one was made. Sign in to ${app} for a new link.`,
      points: ["Check that the whole link was copied.", "An answer you gave stays as you gave it."],
    },
  },
  problems: {
    guardian_not_verified: "Your own account is closed, suspended or not verified, so you cannot consent by it. Please sign in to it and look there.",
  },
  guardianPage: {
    title: "A minor needs your consent",
    lede: (app) => `${app} has to verify who a minor in your care is, and may do so only if you, the guardian, consent. Please read and tick the items one by one.`,
    asks: "Who asks",
    purpose: "What for",
    purposeText: "Real-name verification of the minor's account",
    relationship: "You are named as",
    relationships: { parent: "Parent", grandparent: "Grandparent", elder_sibling: "Elder brother or sister", appointed: "Appointed guardian" },
    ours: "How the minor's information is used",
    oursText: "Only to carry out and to prove this verification.",
    shares: "Who receives the minor's information",
    sharesText: "Without your separate consent nobody is given anything.",
    minor: {
      title: "For whom you consent",
      text: "Only the person you name here can be verified by your consent. The minor enters the same details.",
      name: "Name of the minor",
      nameHint: "Exactly as on the minor's ID card or household register",
      idNumber: "ID number of the minor",
      idNumberHint: "18 characters; the last may be an X",
    },
    missing: (n) => (n === 1 ? "One required item is not ticked." : `${n} required items are not ticked.`) + " If you do not agree to one, choose “I do not consent”.",
    submit: "Consent to the ticked items",
    withdrawable: "You can withdraw your consent at any time; what was done before stays lawful.",
    decline: {
      open: "I do not consent",
      title: "You do not consent?",
      lede: (app) => `Nothing of the minor is given to anybody. ${app} will not ask you again for a while.`,
      yes: "I do not consent",
    },
    withdraw: {
      open: "Withdraw my consent",
      title: "Withdraw your consent?",
      lede: (app) => `If the verification is under way it ends and what was collected is erased. If it is complete, ${app} suspends the minor's account.`,
      yes: "Withdraw",
    },
    ends: {
      granted: {
        title: "You have consented",
        lede: () => "The minor can now go on with the verification.",
        points: ["The minor opens their own page again and enters the same name and number.", "You can close this page. Keep its link if you may want to withdraw your consent."],
      },
      declined: {
        title: "You have not consented",
        lede: () => "Your no was noted. Nothing of the minor was given to anybody.",
        points: ["There is nothing more for you to do; you can close this page."],
      },
      withdrawn: {
        title: "Your consent is withdrawn",
        lede: (app) => `${app} has been told and does nothing further that rests on it.`,
        points: ["What was done before stays lawful.", "You can close this page."],
      },
      over: {
        title: "Your answer is not needed now",
        lede: (app) => `The minor's verification has ended or goes another way. If it is started again, ${app} will ask you again.`,
        points: ["Nothing was changed by opening this page; you can close it."],
      },
    },
  },
};
