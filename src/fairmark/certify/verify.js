"use strict";
// Checks a label as label_verdict.py does, step by step. Knows no page; asks nobody.
const DAY = 86400, STALE = 7 * DAY, LAST_DAY = 99999;
const STATES = ["valid", "withdrawn", "suspended", "noted"];
const ADDRESS =
  /^https:\/\/([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})\/(?:01\/([0-9]{14})|c\/([1-9][0-9]{0,9}))#([0-9]+)$/;
const HIDDEN =
  /[\0-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\u{e0000}-\u{e0fff}]/u;
const LARGEST = 2 ** 32 - 1;
const must = (holds) => { if (!holds) throw new Error("no label"); };
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const fill = (text, names) => text.replace(/\{(\w+)\}/g, (_, name) => names[name]);
const utf8 = (text) => new TextEncoder().encode(text);
const gtinText = (claims) => claims.gtin ? String(claims.gtin).padStart(14, "0") : "";
const dayText = (day) => new Date(day * DAY * 1000).toISOString().slice(0, 10);

function decode(data) {
  let at = 0;
  const take = (size) => {
    must(size <= data.length - at);
    at += size;
    return data.subarray(at - size, at);
  };
  const item = (depth) => {
    const first = take(1)[0], kind = first >> 5;
    let value = first & 31;
    if (value > 23) {
      must(value < 28);
      const raw = take(2 ** (value - 24));
      // What is beyond 2^53, and no longer exact here, is in no range anyway.
      value = raw.reduce((sum, byte) => sum * 256 + byte, 0);
      must(value > 23 && (raw.length === 1 || value >= 2 ** (raw.length * 4)));
    }
    if (kind < 2) return kind ? -1 - value : value;
    if (kind === 2) return take(value);
    if (kind === 3) return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(take(value));
    must(kind < 6 && depth && value * (kind - 3) <= data.length - at);
    if (kind === 4) return Array.from({ length: value }, () => item(depth - 1));
    const map = new Map();
    for (let before = ""; value > 0; value--) {
      const start = at, key = item(depth - 1), spelled = hex(data.subarray(start, at));
      must(typeof key === "number" && spelled > before);
      map.set(key, item(depth - 1));
      before = spelled;
    }
    return map;
  };
  const found = item(8);
  must(at === data.length);
  return found;
}

function takeApart(text) {
  // Looks at no more than it takes, whatever was pasted.
  must(!/^.{2001}/su.test(text));
  text = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  if (/^[0-9]+$/.test(text)) return { digits: text, host: "", gtin: "", number: "" };
  const found = ADDRESS.exec(text);
  must(found);
  return { host: found[1], gtin: found[2] || "", number: found[3] || "", digits: found[4] };
}

function fromDigits(digits) {
  must(digits.length <= 1200 && digits[0] !== "0");
  const text = BigInt(digits).toString(16);
  must(text.length % 2 && text[0] === "1");
  return Uint8Array.from(text.slice(1).match(/../g) || [], (pair) => parseInt(pair, 16));
}

function parse(content) {
  must(content[0] === 0xd2);
  const parts = decode(content.subarray(1));
  must(parts.length === 4);
  const [header, open, payload, signature] = parts;
  must([header, payload, signature].every((part) => part instanceof Uint8Array));
  must(open instanceof Map && !open.size && header.length === 9 && signature.length === 64);
  must(/^a2012[67]0444/.test(hex(header)));
  return { header, payload, signature };
}

function readClaims(payload) {
  const map = decode(payload), claims = {};
  must(map instanceof Map && map.size === (map.has(2) ? 10 : 9));
  const pair = (value) => (must(Array.isArray(value) && value.length === 2), value);
  const [scheme, level] = pair(map.get(-3)), [list, place] = pair(map.get(-6));
  const whole = (name, value, least, most) => {
    must(typeof value === "number" && value >= least && value <= most);
    claims[name] = value;
  };
  whole("issuer", map.get(1), 1, 65535);
  if (map.has(2)) whole("gtin", map.get(2), 1, 1e14 - 1);
  whole("expires", map.get(4), 1, LAST_DAY);
  whole("issued", map.get(6), 1, claims.expires);
  whole("number", map.get(-2), 1, LARGEST);
  whole("scheme", scheme, 0, 65535);
  whole("level", level, 0, 9);
  whole("support", map.get(-4), 1, LAST_DAY);
  whole("list", list, 1, 65535);
  whole("place", place, 0, LARGEST);
  const model = claims.model = map.get(-1), evidence = claims.evidence = map.get(-5);
  must(evidence instanceof Uint8Array && evidence.length === 32);
  must(typeof model === "string" && !HIDDEN.test(model) && !/^ | $/.test(model));
  const size = utf8(model).length;
  must(size && size <= 48);
  const digits = gtinText(claims);
  must([...digits].reduce((sum, digit, place) => sum + digit * (place % 2 ? 1 : 3), 0) % 10 === 0);
  return claims;
}

async function isSigned(message, issuer) {
  const [key, way] = issuer.algorithm === "EdDSA"
    ? [{ name: "Ed25519" }, { name: "Ed25519" }]
    : [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }];
  const size = message.payload.length;
  const head = size < 24 ? [0x40 + size] : size < 256 ? [0x58, size] : [0x59, size >> 8, size & 255];
  const start = [0x84, 0x6a, ...utf8("Signature1"), 0x49, ...message.header, 0x40, ...head];
  const signed = Uint8Array.from([...start, ...message.payload]);
  try {
    const imported = await crypto.subtle.importKey("raw", issuer.raw, key, false, ["verify"]);
    return await crypto.subtle.verify(way, imported, message.signature, signed);
  } catch (error) {
    if (error.name === "DataError") return false;
    throw error;
  }
}

// Makes ready what the page carries: keys with the one header each may write, and unpacked status lists.
async function prepare(data) {
  for (const issuer of data.trust.issuers) {
    issuer.raw = base64(issuer.public);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", issuer.raw));
    issuer.header = `a201${issuer.algorithm === "EdDSA" ? "27" : "26"}0444${hex(digest.subarray(0, 4))}`;
    issuer.inScheme = data.trust.schemes.find((one) => one.name === issuer.scheme);
  }
  for (const list of Object.values(data.statuses)) {
    const unpacked = new Blob([base64(list.bits)]).stream().pipeThrough(new DecompressionStream("deflate"));
    list.bytes = new Uint8Array(await new Response(unpacked).arrayBuffer());
  }
  return data;
}

function kindOf(claims, printed, issuer, status, now, trust) {
  const mine = printed.gtin
    ? Number(printed.gtin) === claims.gtin
    : !printed.number || (!claims.gtin && Number(printed.number) === claims.number);
  if (!mine) return "wrong_product";
  if (issuer.log_cutoff !== null) return "unconfirmed";
  const listed = status && claims.place < status.size;
  const state = listed ? (status.bytes[Math.floor(claims.place / 4)] >> (2 * (claims.place % 4))) & 3 : 0;
  if (state) return STATES[state];
  const today = Math.floor(now / DAY);
  if (today > claims.support) return "support_ended";
  if (today > claims.expires) return "expired";
  if (!listed) return "unchecked";
  if (now > Math.min(status.issued + STALE, status.expires, trust.expires)) return "stale";
  return claims.level > 1 ? "genuine" : "statement";
}

// The answer on a text, by what `prepare` gave and the clock in seconds.
async function judge(text, data, clock) {
  const { trust, words } = data;
  const bare = (kind) => ({ kind, is_test: false, ...words.kinds[kind], notes: [], facts: [] });
  let printed, message;
  try {
    printed = takeApart(text);
    message = parse(fromDigits(printed.digits));
  } catch {
    return bare("no_label");
  }
  const known = trust.issuers.filter((one) => one.header === hex(message.header));
  if (!known.length) return bare("unknown_issuer");
  const signers = [];
  let claims, failed = "cannot_check";
  try {
    for (const one of known) if (await isSigned(message, one)) signers.push(one);
    failed = "not_genuine";
    claims = readClaims(message.payload);
  } catch {
    return bare(failed);
  }
  const issuer = signers.find((one) => claims.issuer === one.id && claims.scheme === one.inScheme.id &&
    one.not_before <= claims.issued && claims.issued <= one.not_after);
  if (!issuer) return bare(failed);
  const status = data.statuses[claims.list], scheme = issuer.inScheme;
  const now = Math.max(clock, trust.issued, claims.issued * DAY, status ? status.issued : 0);
  const kind = kindOf(claims, printed, issuer, status, now, trust);
  const support = dayText(claims.support), date = (seconds) => dayText(Math.floor(seconds / DAY));
  const names = {
    ...claims, gtin: gtinText(claims), scheme: scheme.name,
    level: scheme.levels[claims.level - 1] || `level ${claims.level}`,
    issuer: issuer.name, host: issuer.host, number: `${claims.issuer}-${claims.number}`, issued: dayText(claims.issued),
    expires: dayText(claims.expires), support: `${support.slice(5, 7)}/${support.slice(0, 4)}`, support_day: support,
    evidence: hex(claims.evidence), status_date: status ? date(status.issued) : "", printed_host: printed.host,
    trust_until: date(trust.expires), now: date(now),
  };
  const why = status && status.reasons[claims.place];
  names.why = why
    ? fill(words.why.known, { day: dayText(why[0]), reason: words.reasons[why[1]] })
    : fill(words.why.unknown, names);
  const told = words.kinds[kind], test = scheme.name === "demo";
  const title = fill(told.title, names), says = fill(told.says, names);
  const applies = {
    statement: claims.level <= 1, other_host: printed.host && printed.host !== issuer.host,
    old_trust: now > trust.expires, clock: date(now) > date(clock), copied: true,
  };
  return {
    kind, is_test: test, colour: test ? "test" : told.colour, stands: told.stands && !test,
    title: test ? words.test : title, says: test ? `${words.test_says} ${title}. ${says}` : says,
    notes: words.notes.filter(([name]) => applies[name]).map(([, text]) => fill(text, names)),
    facts: words.facts.filter(([name]) => names[name]).map(([name, text]) => [text, names[name]]),
  };
}
