#!/usr/bin/env node
// A SkySend client in one file: end-to-end encrypted files and notes. Node 18.3 or later, no packages. See README.md.

import { createReadStream } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as crypto from './crypto.mjs';

const USAGE = `Usage:
  node skysend.mjs upload <file>    [--server URL] [--downloads N] [--expire SECONDS] [--password P]
  node skysend.mjs download <link>  [--output PATH] [--password P]
  node skysend.mjs note <text | ->  [--server URL] [--views N] [--expire SECONDS] [--password P]
  node skysend.mjs view <link>      [--password P]
  node skysend.mjs delete <link>    [--owner-token=TOKEN]

The server is http://127.0.0.1:8080 unless --server or SKYSEND_SERVER says otherwise. A password may also stand in
SKYSEND_PASSWORD, where other users of the machine do not see it. "note -" reads the text from standard input.`;

const EXIT = { failed: 1, usage: 2, password: 3, gone: 4 };

// 160 whole records; the first chunk also carries the base nonce.
const CHUNK_BYTES = 160 * crypto.SEALED_RECORD_BYTES;
const CHUNKS_IN_FLIGHT = 3;
const CHUNK_ATTEMPTS = 5;

/** An error whose text is meant for the person at the terminal. */
class Failure extends Error {
  constructor(message, exitStatus = EXIT.failed) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

// HTTP --------------------------------------------------------------------------------------------

/** Sends a request; anything but a 2xx answer becomes a failure with the server's own words. */
async function request(method, url, { headers = {}, body, signal } = {}) {
  let response;
  try {
    response = await fetch(url, { method, headers, body, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure(`cannot reach ${new URL(url).origin}: ${error.cause?.message ?? error.message}`);
  }
  if (response.ok) return response;
  const text = await response.text();
  let answer = {};
  try {
    answer = JSON.parse(text) ?? {};
  } catch {
    // Not from the API; a proxy perhaps. The status alone must do.
  }
  const details = answer.details ? ` ${JSON.stringify(answer.details)}` : '';
  const gone = response.status === 404 || response.status === 410;
  const failure = new Failure(
    `${method} ${new URL(url).pathname}: ${response.status} ${answer.error ?? response.statusText}${details}`,
    gone ? EXIT.gone : EXIT.failed,
  );
  failure.status = response.status;
  failure.retryAfterSeconds = Number(response.headers.get('retry-after')) || null;
  throw failure;
}

async function requestJSON(method, url, options) {
  const response = await request(method, url, options);
  try {
    return await response.json();
  } catch {
    throw new Failure(`${method} ${new URL(url).pathname}: the answer is not JSON; is this a SkySend server?`);
  }
}

const jsonBody = (value) => ({ headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) });

// Keys of a share ---------------------------------------------------------------------------------

/** New random values for an upload or a note, and the keys that follow from them. */
function newShare(password) {
  const secret = crypto.newSecret();
  const salt = crypto.newSalt();
  const passwordSalt = password === undefined ? null : crypto.newPasswordSalt();
  const passwordKey = passwordSalt && crypto.derivePasswordKey(password, passwordSalt);
  return {
    ...crypto.deriveKeys(secret, salt),
    linkSecret: crypto.applyPassword(secret, passwordKey),
    ownerToken: crypto.newOwnerToken(),
    salt: crypto.toBase64Url(salt),
    passwordSalt: passwordSalt && crypto.toBase64Url(passwordSalt),
  };
}

/** The keys of a share that the server described in `info`. */
function openShare(info, linkSecret, password) {
  let passwordKey = null;
  if (info.hasPassword) {
    if (password === undefined) throw new Failure('this share needs a password (--password)', EXIT.password);
    if (info.passwordAlgo !== crypto.PASSWORD_ALGORITHM) {
      throw new Failure(`this share uses an unknown kind of password: ${info.passwordAlgo}`);
    }
    passwordKey = crypto.derivePasswordKey(password, crypto.fromBase64(info.passwordSalt, 16));
  }
  return crypto.deriveKeys(crypto.applyPassword(linkSecret, passwordKey), crypto.fromBase64(info.salt, 16, 32));
}

/** Runs `work`; what a wrong password looks like becomes a failure that says so. */
async function checkingPassword(info, work) {
  try {
    return await work();
  } catch (error) {
    if (error.status !== 401 && !(error instanceof crypto.IntegrityError)) throw error;
    if (info.hasPassword) throw new Failure('wrong password', EXIT.password);
    throw new Failure(`the link does not fit this share: ${error.message}`);
  }
}

// upload ------------------------------------------------------------------------------------------

async function upload(path, { server, downloads = '1', expire = '86400', password }) {
  const file = await stat(path);
  if (!file.isFile()) throw new Failure(`${path} is not a file`);
  const share = newShare(password);
  const headers = {
    'X-Auth-Token': share.authToken,
    'X-Owner-Token': share.ownerToken,
    'X-Salt': share.salt,
    'X-Max-Downloads': downloads,
    'X-Expire-Sec': expire,
    'X-File-Count': '1',
    'X-Content-Length': String(crypto.sealedSize(file.size)),
  };
  if (share.passwordSalt) {
    headers['X-Has-Password'] = 'true';
    headers['X-Password-Salt'] = share.passwordSalt;
    headers['X-Password-Algo'] = crypto.PASSWORD_ALGORITHM;
  }
  const { id } = await requestJSON('POST', `${server}/api/upload/init`, { headers });
  const asOwner = { headers: { 'X-Owner-Token': share.ownerToken } };
  try {
    await sendChunks(`${server}/api/upload/${id}/chunk`, sealedChunks(share.fileKey, path, file.size));
    await requestJSON('POST', `${server}/api/upload/${id}/finalize`, asOwner);
    const metadata = { type: 'single', name: basename(path), size: file.size, mimeType: 'application/octet-stream' };
    const sealed = crypto.sealMetadata(share.metaKey, metadata);
    const { headers: type, body } = jsonBody({ encryptedMeta: sealed.content, nonce: sealed.nonce });
    await requestJSON('POST', `${server}/api/meta/${id}`, { headers: { ...type, ...asOwner.headers }, body });
  } catch (error) {
    // Half an upload is of no use; if this fails too, the server forgets it by itself.
    await requestJSON('DELETE', `${server}/api/upload/${id}`, asOwner).catch(() => {});
    throw error;
  }
  announce(crypto.buildLink(server, 'file', id, share.linkSecret), share.ownerToken);
}

/** The encrypted file in chunks of whole records; the base nonce travels with the first. */
async function* sealedChunks(key, path, size) {
  let bytesRead = 0;
  async function* counted() {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
      bytesRead += piece.length;
      yield piece;
    }
    if (bytesRead !== size) throw new Failure(`${path} changed while it was read`);
  }
  let parts = [];
  let length = 0;
  for await (const part of crypto.sealStream(key, counted())) {
    parts.push(part);
    length += part.length;
    if (length >= CHUNK_BYTES) {
      yield Buffer.concat(parts);
      parts = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(parts);
}

/** Sends chunks as they come, a few at a time, so that a file of any size needs little memory. */
async function sendChunks(url, chunks) {
  const stopAll = new AbortController();
  const inFlight = new Set();
  let index = 0;
  try {
    for await (const chunk of chunks) {
      const sending = sendChunk(`${url}?index=${index++}`, chunk, stopAll.signal).then(() => inFlight.delete(sending));
      // Handled below, by whichever of the two waits comes first.
      sending.catch(() => {});
      inFlight.add(sending);
      if (inFlight.size >= CHUNKS_IN_FLIGHT) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  } finally {
    stopAll.abort();
    await Promise.allSettled(inFlight);
  }
}

/** Sends one chunk, again when that may help: the server takes a repeated chunk for the same one. */
async function sendChunk(url, chunk, signal) {
  const headers = { 'Content-Type': 'application/octet-stream' };
  for (let attempt = 1; ; attempt++) {
    try {
      return await requestJSON('POST', url, { headers, body: chunk, signal });
    } catch (error) {
      const mayPass = error instanceof Failure && (!error.status || error.status === 429 || error.status >= 500);
      if (!mayPass || attempt === CHUNK_ATTEMPTS) throw error;
      await pause(1000 * (error.retryAfterSeconds ?? attempt), undefined, { signal });
    }
  }
}

// download ----------------------------------------------------------------------------------------

async function download(text, { output, password }) {
  const link = linkOf(text, 'file');
  const info = await requestJSON('GET', `${link.server}/api/info/${link.id}`);
  const keys = openShare(info, link.linkSecret, password);
  const metadata = await checkingPassword(info, async () =>
    crypto.openMetadata(keys.metaKey, await sealedMetadata(link, info, keys)));
  const size = crypto.expectedSize(metadata);
  if (size === null) complain('warning: this archive does not tell its size, so a missing end would not be noticed');
  else if (crypto.sealedSize(size) !== info.size) throw new Failure('the server does not have the whole file');

  // The name was chosen by a stranger: only its last part is used, and nothing is overwritten.
  const path = output ?? safeName(metadata.type === 'single' ? metadata.name : `${link.id}.zip`);
  if (await exists(path)) throw new Failure(`${path} exists already (choose another name with --output)`);

  // The file is opened first: a download that is counted should not fail for want of a place to put it.
  const partial = `${path}.part`;
  const file = await open(partial, 'wx');
  try {
    const response = await checkingPassword(info, () => requestContent(link, keys.authToken));
    await pipeline(crypto.openStream(keys.fileKey, received(response), size), file.createWriteStream());
    await rename(partial, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
  console.log(path);
}

/** The encrypted metadata; some servers hand it out only to who knows the password. */
async function sealedMetadata(link, info, keys) {
  let { encryptedMeta, nonce } = info;
  if (!encryptedMeta && info.hasPassword) {
    const proof = jsonBody({ authToken: keys.authToken });
    ({ encryptedMeta, nonce } = await requestJSON('POST', `${link.server}/api/password/${link.id}`, proof));
  }
  if (!encryptedMeta) throw new Failure('this upload was never completed: it has no name and no size');
  return { content: encryptedMeta, nonce };
}

/** Begins the download; this is what the server counts. */
async function requestContent(link, authToken) {
  const headers = { 'X-Auth-Token': authToken };
  const response = await request('GET', `${link.server}/api/download/${link.id}`, { headers });
  // A server that keeps its files in an object store answers with an address there.
  if (!response.headers.get('content-type')?.includes('application/json')) return response;
  return request('GET', (await response.json()).url);
}

/** The body of an answer, piece by piece. */
async function* received(response) {
  try {
    yield* response.body;
  } catch (error) {
    throw new Failure(`the connection broke: ${error.cause?.message ?? error.message}`);
  }
}

function safeName(name) {
  const last = name.split(/[/\\]/).pop().replace(/[\u0000-\u001f\u007f]/g, '_');
  return last === '' || last === '.' || last === '..' ? 'download' : last;
}

const exists = (path) => access(path).then(() => true, () => false);

// note, view --------------------------------------------------------------------------------------

async function note(text, { server, views = '1', expire = '86400', password }) {
  const share = newShare(password);
  const sealed = crypto.sealText(share.metaKey, text === '-' ? await standardInput() : text);
  const { id } = await requestJSON('POST', `${server}/api/note`, jsonBody({
    encryptedContent: sealed.content,
    nonce: sealed.nonce,
    salt: share.salt,
    ownerToken: share.ownerToken,
    authToken: share.authToken,
    contentType: 'text',
    maxViews: Number(views),
    expireSec: Number(expire),
    hasPassword: share.passwordSalt !== null,
    ...(share.passwordSalt && { passwordSalt: share.passwordSalt, passwordAlgo: crypto.PASSWORD_ALGORITHM }),
  }));
  announce(crypto.buildLink(server, 'note', id, share.linkSecret), share.ownerToken);
}

async function view(text, { password }) {
  const link = linkOf(text, 'note');
  const address = `${link.server}/api/note/${link.id}`;
  const info = await requestJSON('GET', address);
  const keys = openShare(info, link.linkSecret, password);
  const answer = await checkingPassword(info, () =>
    requestJSON('POST', `${address}/view`, jsonBody({ authToken: keys.authToken })));
  process.stdout.write(crypto.openText(keys.metaKey, { content: answer.encryptedContent, nonce: answer.nonce }));
  if (process.stdout.isTTY) process.stdout.write('\n');
}

async function standardInput() {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

// delete ------------------------------------------------------------------------------------------

async function remove(text, { 'owner-token': token }) {
  const { server, kind, id, linkSecret } = linkOf(text);
  if (token === undefined) {
    // Other SkySend clients derive the token from the link; ours does not, and prints it instead.
    const info = await requestJSON('GET', `${server}/api/${kind === 'file' ? 'info' : 'note'}/${id}`);
    token = crypto.deriveOwnerToken(linkSecret, crypto.fromBase64(info.salt, 16, 32));
  }
  const address = `${server}/api/${kind === 'file' ? 'upload' : 'note'}/${id}`;
  await requestJSON('DELETE', address, { headers: { 'X-Owner-Token': token } });
  console.log('deleted');
}

// The command line --------------------------------------------------------------------------------

function linkOf(text, expectedKind) {
  let link;
  try {
    link = crypto.parseLink(text);
  } catch (error) {
    throw new Failure(error.message, EXIT.usage);
  }
  if (expectedKind && link.kind !== expectedKind) {
    throw new Failure(`this is the link of a ${link.kind}, not of a ${expectedKind}`, EXIT.usage);
  }
  return link;
}

/** The link goes to standard output, alone, for other programs; the rest is for people. */
function announce(link, ownerToken) {
  console.log(link);
  complain(`owner token: ${ownerToken}`);
  // One argument: a token may begin with a hyphen.
  complain('(delete <link> --owner-token=<token> removes it early; the token is shown only now)');
}

const complain = (text) => console.error(text);

const COMMANDS = {
  upload: { run: upload, options: ['server', 'downloads', 'expire', 'password'] },
  download: { run: download, options: ['output', 'password'] },
  note: { run: note, options: ['server', 'views', 'expire', 'password'] },
  view: { run: view, options: ['password'] },
  delete: { run: remove, options: ['owner-token'] },
};

async function main([name, ...rest]) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : null;
  if (!command) throw new Failure(USAGE, EXIT.usage);
  let parsed;
  try {
    const options = Object.fromEntries(command.options.map((option) => [option, { type: 'string' }]));
    parsed = parseArgs({ args: rest, options, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${error.message}\n${USAGE}`, EXIT.usage);
  }
  if (parsed.positionals.length !== 1) throw new Failure(USAGE, EXIT.usage);
  for (const option of ['downloads', 'views', 'expire']) {
    const value = parsed.values[option];
    if (value !== undefined && !/^\d+$/.test(value)) throw new Failure(`--${option} takes a number`, EXIT.usage);
  }
  if (parsed.values.password === '') throw new Failure('the password is empty', EXIT.usage);
  const password = process.env.SKYSEND_PASSWORD || undefined;
  const server = (parsed.values.server ?? process.env.SKYSEND_SERVER ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
  if (!/^https?:\/\//.test(server)) throw new Failure('--server takes an http or https address', EXIT.usage);
  await command.run(parsed.positionals[0], { password, ...parsed.values, server });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const expected = [Failure, crypto.IntegrityError, crypto.FormatError];
  // Errors of the system, such as ENOENT, have a code and a readable sentence too.
  const isExpected = expected.some((kind) => error instanceof kind) || error.code !== undefined;
  complain(isExpected ? `skysend: ${error.message}` : error.stack);
  process.exitCode = error.exitStatus ?? EXIT.failed;
}
