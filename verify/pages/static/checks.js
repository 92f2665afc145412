/**
 * What can be seen wrong while one types; the service checks again. Each answers a code of the service's field
 * messages, or null.
 */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS = "10X98765432";

/** GB 32100: digits and letters without I, O, S, V, Z. */
const CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** GB 11714 */
const ORGANIZATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

export function compact(value) {
  return value.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
}

export function name(value) {
  const typed = value.normalize("NFKC").trim();
  if ([...typed].length < 2 || [...typed].length > 60) return "name_length";
  return /^[\p{Script=Han}\p{Script=Latin}〇][\p{Script=Han}\p{Script=Latin}〇\s·•・‧∙⋅.'’‘`\-‐–—]*$/u.test(typed) ? null : "name_characters";
}

/** A person's name in one spelling: dots, quotes and dashes of all kinds are one, spaces count between Latin words only. */
function spelling(value) {
  return value
    .normalize("NFKC")
    .replace(/[·•・‧∙⋅]/g, "·")
    .replace(/[‘’ʻʼ`]/g, "'")
    .replace(/[‐-―−]/g, "-")
    .replace(/\s+/g, " ")
    .replace(/(\p{Script=Han}) ?\. ?(?=\p{Script=Han})/gu, "$1·")
    .replace(/ ?· ?/g, "·")
    .replace(/(\p{Script=Han}) (?=\p{Script=Han})/gu, "$1")
    .trim();
}

export function samePerson(one, other) {
  return spelling(one) === spelling(other);
}

/** Spaces, invisible signs and the width of brackets do not count. */
export function sameEnterprise(one, other) {
  const [mine, theirs] = [one, other].map((name) => name.normalize("NFKC").replace(/[\s\p{Cf}]/gu, ""));
  return mine === theirs;
}

/** GB 11643 */
export function idNumber(value) {
  const typed = compact(value);
  if (/^\d{15}$/.test(typed)) return "id_number_15_digits";
  if (!/^\d{17}[\dX]$/.test(typed)) return "id_number_format";
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(typed[index]), 0);
  if (CHECK_DIGITS[sum % 11] !== typed[17]) return "id_number_check_digit";
  const [year, month, day] = [typed.slice(6, 10), typed.slice(10, 12), typed.slice(12, 14)].map(Number);
  const birth = new Date(Date.UTC(year, month - 1, day));
  const exists = birth.getUTCMonth() === month - 1 && birth.getUTCDate() === day;
  return exists && year >= 1900 && birth.getTime() <= Date.now() ? null : "id_number_birth_date";
}

/** Luhn's sum */
export function cardNumber(value) {
  const typed = compact(value);
  if (!/^\d{13,19}$/.test(typed)) return "card_number_format";
  const sum = [...typed].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (1 + (index % 2));
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0 ? null : "card_number_check_digit";
}

export function mobile(value) {
  return /^(\+?86|0086)?1[3-9]\d{9}$/.test(compact(value)) ? null : "mobile_format";
}

export function code(value) {
  return /^\d{6}$/.test(compact(value)) ? null : "code_format";
}

export function accountNumber(value) {
  return /^\d{8,32}$/.test(compact(value)) ? null : "account_number_format";
}

export function bankText(value) {
  const length = [...value.trim()].length;
  return length >= 2 && length <= 60 ? null : "bank_text_format";
}

export function cnapsCode(value) {
  return /^\d{12}$/.test(compact(value)) ? null : "cnaps_code_format";
}

export function website(value) {
  return /^(https?:\/\/)?[^\s/@?#]+\.[^\s/@?#]+(\/[!-~]*)?$/i.test(value.trim()) ? null : "website_format";
}

export function amount(value) {
  return /^\d{1,4}\.\d{2}$/.test(compact(value)) ? null : "amount_format";
}

export function creditCode(value) {
  const typed = compact(value);
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(typed)) return "credit_code_format";
  const sum = CREDIT_WEIGHTS.reduce((total, weight, index) => total + weight * CREDIT_ALPHABET.indexOf(typed[index]), 0);
  return CREDIT_ALPHABET[(31 - (sum % 31)) % 31] === typed[17] ? null : "credit_code_check_digit";
}

export function organizationCode(value) {
  const typed = compact(value);
  if (!/^[0-9A-Z]{8}[0-9X]$/.test(typed)) return "organization_code_format";
  const sum = ORGANIZATION_WEIGHTS.reduce((total, weight, index) => total + weight * parseInt(typed[index], 36), 0);
  return "0123456789X0"[(11 - (sum % 11)) % 11] === typed[8] ? null : "organization_code_check_digit";
}

export function enterpriseName(value) {
  const length = [...value.trim()].length;
  return length >= 2 && length <= 100 ? null : "enterprise_name_format";
}

/** Nine characters are an organization code, anything else is meant as a credit code. */
export function enterpriseCode(value) {
  return compact(value).length === 9 ? organizationCode(value) : creditCode(value);
}
