// The bank-card flow over the types that openapi-typescript makes of the document.
// Arguments: the service's URL, a test key, a portrait, and a person as JSON. Prints how it ended.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { paths } from "./api.d.ts";

const [baseUrl, key, portrait, person] = process.argv.slice(2);
const { name, id_number, card_number, mobile } = JSON.parse(person) as Record<string, string>;
const as = (token: string) => createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

function held<T>(answer: { data?: T; response: Response }): T {
  if (answer.data === undefined) throw new Error(`answered ${answer.response.status}`);
  return answer.data;
}

const made = held(
  await as(key).POST("/v1/verifications", {
    body: { type: "personal", method: "bank_card", account_ref: "acct-typescript" },
  }),
);
const browser = as(made.client_token!);
const params = { path: { verification_id: made.id! } };

const notice = held(await browser.GET("/v1/verifications/{verification_id}/consent_notice", { params }));
held(
  await browser.POST("/v1/verifications/{verification_id}/steps/consent", {
    params,
    body: {
      policy_version: notice.policy_version!,
      notice_id: notice.notice_id,
      granted: notice.items!.filter((item) => item.required).map((item) => item.id!),
    },
  }),
);
held(
  await browser.POST("/v1/verifications/{verification_id}/steps/bank_card", {
    params,
    body: { name, id_number, card_number, mobile },
  }),
);
held(
  await browser.POST("/v1/verifications/{verification_id}/steps/sms_code", { params, body: { code: "246810" } }),
);
held(
  await browser.POST("/v1/verifications/{verification_id}/steps/face", {
    params,
    body: new Blob([readFileSync(portrait)]) as unknown as string,
    bodySerializer: (body) => body,
    headers: { "Content-Type": "application/octet-stream" },
  }),
);
const ended = held(await browser.GET("/v1/verifications/{verification_id}", { params }));
console.log(ended.status);
