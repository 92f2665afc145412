"""What each operation is for and what to know before one calls it, where its docstring has one sentence only."""

from collections.abc import Mapping

_AGAIN = "Repeat it safely under the same Idempotency-Key."
_VERDICT = "A verdict is a result, not an error: mismatches and outages answer 200 with `last_error`."
_TEST = "Test keys only; a live key answers 404."
_VENDOR = "Called by vendors, not by you. Unsigned or unknown reports are refused and change nothing."

DESCRIPTIONS: Mapping[str, str] = {
    "listVerifications": "Filters are combined. Go on with `cursor` until `next_cursor` is null. Everything is masked.",
    "getVerification": "Answers 304 while nothing changed. `next_step` says what the user owes; null means that others "
    "owe something, or that it has ended.",
    "createClientToken": "The new token and the old ones work until 24 hours after the end. Give it to this one "
    "user's browser only, and do not log `hosted_url`, which holds it.",
    "cancelVerification": "Final. What was given is erased as the retention table says; a new one can be started at "
    "once.",
    "redactVerification": "For an ended verification. The answer lists what was erased and what a law keeps, until "
    f"when and why. {_AGAIN}",
    "switchMethod": "Tries already used stay used. Consents that only the other method needs are asked for anew.",
    "submitConsent": "Show every item of the notice first and let the user tick each; nothing may be ticked "
    "beforehand. `notice_changed` means: read the notice again and show it anew.",
    "submitIdentity": f"{_VERDICT} 202 means that the provider has not answered yet; read the verification.",
    "submitFace": f"The image lives in this request's memory alone. {_VERDICT} With a live key the vendor's own page "
    "is used unless the application may take pictures itself.",
    "submitBankCard": "Nothing is charged. The card is checked after the code was entered, so a wrong card is told "
    "of by the next step.",
    "submitSmsCode": f"Five wrong codes use the step up. {_VERDICT}",
    "resendSmsCode": "The step's `resend_at` says when the next one may be asked for; before it the answer is 429 "
    "with Retry-After.",
    "submitBankAccount": "For a person with name and ID number, for an enterprise without. The transfer is ordered "
    "once, however often this is repeated under one key.",
    "submitEnterprise": "Give `credit_code`, or `organization_code` where there is none yet. The register is asked "
    "later, together with the representative.",
    "submitAuthorizationLetter": "The file is looked through for scripts, sealed, and shown to a reviewer; the "
    "verification then goes on to `review`.",
    "getAuthorizationLetterTemplate": "A PDF with the enterprise and its representative filled in, to print, sign "
    "and stamp. Read it once both steps are given.",
    "submitTransferAmount": "As `transfer.proof` asks: `amount`, `amounts` or `code`. After three wrong answers the "
    "account number rests for 30 days.",
    "getAccount": "The gate to ask before each sale: sell only to `verified`, which can become `suspended` later.",
    "suspendAccount": "The gate answers `suspended` at once; nothing is erased. `reason` is a code of yours, never "
    "words about the person.",
    "reinstateAccount": "The gate answers again what the verifications say. Lifting what is not suspended changes "
    "nothing. An enterprise whose letter of authorization has run out stays suspended: `suspended_reason` is then "
    "`authorization_letter_expired` until a newer verification of it is verified. So does a minor's account whose "
    "guardian withdrew, with `guardian_withdrew`.",
    "closeAccount": "What laws keep stays stored until its day and is used for nothing else. There is no way back.",
    "withdrawConsents": "The consequences are listed in the answer: items that were live, verifications that wait.",
    "createRightsRequest": "The answer's `due_at` is the last working day in China on which you owe an answer. Staff "
    "answer it in the console or at a shell.",
    "proveRightsRequest": "In words that an auditor understands later; kept sealed. Nothing is handed out or done for "
    "another person before it is given.",
    "getRightsRequest": "`status` says how far it is; `answer` holds the words of staff once there are any.",
    "exportAccount": "Ten times at most within 30 days of the approval; every fetch is on the account's record. "
    "With `Accept: text/html` it is a page to read.",
    "getNotice": "Show its text to the account's owner at the next sign-in, as it is. It is there once it was sent.",
    "explainVerification": "For the person concerned: the rule, every check with who made it and what it found. In "
    "the verification's language, or in `locale`.",
    "listWebhookEndpoints": "Secrets are not shown again; rotate one that was lost.",
    "getWebhookEndpoint": "`disabled_reason` says why nothing is delivered: by request, or after a 410.",
    "updateWebhookEndpoint": "Members that are not given stay as they are. Enabling it again resends nothing.",
    "deleteWebhookEndpoint": "What waited for it is given up; the events themselves stay.",
    "rotateWebhookSecret": "The new secret is shown here only. Put it in place within `overlap_hours`.",
    "listWebhookDeliveries": "`waits_for` names the earlier event of the same object that is not delivered yet.",
    "listEvents": "The way to catch up after an outage of yours: read on from the last cursor you kept.",
    "getEvent": "Events carry the object as it stands, not as it stood.",
    "resendEvent": "It comes under the same webhook-id, so whoever keeps ids takes it once.",
    "postCallback": _VENDOR,
    "getCallback": _VENDOR,
    "postCallbackWithToken": f"{_VENDOR} The address names one check and works for it alone.",
    "getCallbackWithToken": f"{_VENDOR} The address names one check and works for it alone.",
    "returnFromSession": "A browser comes here from a vendor's page and is sent on to `to`, on a registered origin. "
    "Coming back proves nothing: the verdict is read from the vendor.",
    "advanceTransfer": f"{_TEST} `sent` lets the amount be entered, `returned` asks for another account.",
    "reviewVerification": f"{_TEST} The second person that some decisions need is taken as given.",
    "expireVerification": _TEST,
    "listPolicies": "Name `current` when a user consents. `digest` is the SHA-256 of the texts.",
    "getPolicy": "The texts are Markdown. An archived version stays readable, since consents name it.",
    "listReasonCodes": "For pages of your own: the words for the user in each language, and whether the step may be "
    "tried again. New codes may be added.",
}
