// The client cryptography of SkySend: keys, passwords, the record stream of a file, metadata and notes, links.
// Nothing here talks to a server.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { argon2id } from './argon2id.mjs';

export const RECORD_BYTES = 65_536;
export const TAG_BYTES = 16;
export const NONCE_BYTES = 12;
export const SEALED_RECORD_BYTES = RECORD_BYTES + TAG_BYTES;
export const PASSWORD_ALGORITHM = 'argon2id-v2';

/** The data is not what was sealed: changed, cut short, or opened with another key. */
export class IntegrityError extends Error {
  name = 'IntegrityError';
}

/** A value has not the form it must have, whoever wrote it. */
export class FormatError extends Error {
  name = 'FormatError';
}

// Base64 ------------------------------------------------------------------------------------------

export const toBase64Url = (bytes) => Buffer.from(bytes).toString('base64url');

/** Reads base64 in either alphabet, padded or not; `lengths` are the byte counts that are allowed. */
export function fromBase64(text, ...lengths) {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) throw new FormatError('not base64');
  const bytes = Buffer.from(text, 'base64');
  if (lengths.length > 0 && !lengths.includes(bytes.length)) {
    throw new FormatError(`expected ${lengths.join(' or ')} bytes, got ${bytes.length}`);
  }
  return bytes;
}

// Keys --------------------------------------------------------------------------------------------

export const newSecret = () => randomBytes(32);
export const newSalt = () => randomBytes(32);
export const newPasswordSalt = () => randomBytes(16);

/** A token that cannot be derived from the link, so that its readers cannot delete the upload. */
export const newOwnerToken = () => toBase64Url(randomBytes(32));

const derive = (secret, salt, purpose) => Buffer.from(hkdfSync('sha256', secret, salt, purpose, 32));

/** The keys that come from the secret; a reader who has them knows everything but the owner token. */
export function deriveKeys(secret, salt) {
  const authKey = derive(secret, salt, 'skysend-authentication');
  return {
    fileKey: derive(secret, salt, 'skysend-file-encryption'),
    metaKey: derive(secret, salt, 'skysend-metadata'),
    authToken: createHmac('sha256', authKey).update('skysend-auth-token').digest('base64url'),
  };
}

/** The owner token that other SkySend clients use. It comes from the link alone, even with a password. */
export const deriveOwnerToken = (linkSecret, salt) => toBase64Url(derive(linkSecret, salt, 'skysend-owner-token'));

// Passwords ---------------------------------------------------------------------------------------

/** The 32 bytes that a password stands for; takes two seconds and 64 MiB. */
export function derivePasswordKey(password, salt) {
  return Buffer.from(argon2id(Buffer.from(password, 'utf8'), salt, { memoryKiB: 65_536, passes: 3, length: 32 }));
}

/** Turns the secret into the link's secret and back; without a password both are the same. */
export function applyPassword(secret, passwordKey) {
  return passwordKey ? Buffer.from(secret.map((byte, index) => byte ^ passwordKey[index])) : secret;
}

// AES-256-GCM -------------------------------------------------------------------------------------

function seal(key, nonce, plaintext) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function open(key, nonce, sealed, what) {
  if (sealed.length < TAG_BYTES) throw new IntegrityError(`${what} is too short`);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    throw new IntegrityError(`${what} was changed, or sealed with another key`);
  }
  return plaintext;
}

// Files -------------------------------------------------------------------------------------------

/** The nonce of a record: the base nonce, its last four bytes XORed with the record's number. */
function recordNonce(baseNonce, number) {
  if (number > 0xffffffff) throw new IntegrityError('a file holds at most 2^32 records');
  const nonce = Buffer.from(baseNonce);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  return nonce;
}

export const sealRecord = (key, baseNonce, number, plaintext) => seal(key, recordNonce(baseNonce, number), plaintext);

export const openRecord = (key, baseNonce, number, sealed) =>
  open(key, recordNonce(baseNonce, number), sealed, `record ${number}`);

/** How many bytes a file of this size has when it is encrypted. */
export const sealedSize = (plainSize) => NONCE_BYTES + plainSize + TAG_BYTES * Math.ceil(plainSize / RECORD_BYTES);

/** How many bytes a file had before; null for a size that no encrypted file has. */
export function plainSize(sealed) {
  const rest = sealed - NONCE_BYTES;
  if (rest < 0) return null;
  const lastRecord = rest % SEALED_RECORD_BYTES;
  if (lastRecord > 0 && lastRecord <= TAG_BYTES) return null;
  return rest - TAG_BYTES * Math.ceil(rest / SEALED_RECORD_BYTES);
}

/** Encrypts an iterable of buffers: yields the base nonce, then one buffer for each record. */
export async function* sealStream(key, source, baseNonce = randomBytes(NONCE_BYTES)) {
  yield baseNonce;
  let number = 0;
  for await (const plaintext of slices(source, RECORD_BYTES)) yield sealRecord(key, baseNonce, number++, plaintext);
}

/**
 * Decrypts an iterable of buffers: yields the plaintext of one record after the other.
 *
 * An attacker can cut a stream between two records without any trace, so the size must come from the metadata; null,
 * when that does not tell, leaves the end unchecked. What was yielded before an error must not be used.
 */
export async function* openStream(key, source, expectedSize) {
  const reader = new ByteReader(source);
  let size = 0;
  try {
    const baseNonce = await reader.read(NONCE_BYTES);
    if (baseNonce.length < NONCE_BYTES) throw new IntegrityError('the file was cut short');
    for (let number = 0; ; number++) {
      const sealed = await reader.read(SEALED_RECORD_BYTES);
      if (sealed.length === 0) break;
      if (sealed.length <= TAG_BYTES) throw new IntegrityError('the file was cut short');
      const plaintext = openRecord(key, baseNonce, number, sealed);
      size += plaintext.length;
      if (expectedSize !== null && size > expectedSize) throw wrongSize(expectedSize, 'more');
      yield plaintext;
    }
  } finally {
    await reader.close();
  }
  if (expectedSize !== null && size < expectedSize) throw wrongSize(expectedSize, size);
}

const wrongSize = (expected, got) => new IntegrityError(`the file should have ${expected} bytes and has ${got}`);

/** Cuts an iterable of buffers into buffers of `size` bytes; the last may be shorter, none is empty. */
export async function* slices(source, size) {
  const reader = new ByteReader(source);
  try {
    for (;;) {
      const slice = await reader.read(size);
      if (slice.length > 0) yield slice;
      if (slice.length < size) return;
    }
  } finally {
    await reader.close();
  }
}

/** Reads an iterable of buffers by the byte. */
class ByteReader {
  #iterator;
  #parts = [];
  #length = 0;

  constructor(source) {
    this.#iterator = (source[Symbol.asyncIterator] ?? source[Symbol.iterator]).call(source);
  }

  /** The next `count` bytes; fewer at the end. */
  async read(count) {
    while (this.#length < count) {
      const { value, done } = await this.#iterator.next();
      if (done) break;
      this.#parts.push(value);
      this.#length += value.length;
    }
    const all = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    const rest = all.subarray(count);
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return all.subarray(0, count);
  }

  /** Lets go of the source, such as an open file, when it was not read to its end. */
  async close() {
    await this.#iterator.return?.();
  }
}

// Metadata and notes ------------------------------------------------------------------------------

/** Encrypts a text: `content` is ciphertext and tag, both members are base64 for the server. */
export function sealText(key, text, nonce = randomBytes(NONCE_BYTES)) {
  return { content: seal(key, nonce, Buffer.from(text, 'utf8')).toString('base64'), nonce: nonce.toString('base64') };
}

export function openText(key, { content, nonce }) {
  const plaintext = open(key, fromBase64(nonce, NONCE_BYTES), fromBase64(content), 'the text');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plaintext);
  } catch {
    throw new FormatError('the text is not UTF-8');
  }
}

export const sealMetadata = (key, metadata) => sealText(key, JSON.stringify(metadata));

/**
 * Decrypts and checks metadata: `{ type: 'single', name, size, mimeType }` or
 * `{ type: 'archive', files, totalSize, archiveSize }`, where `archiveSize` is missing in old archives.
 */
export function openMetadata(key, sealed) {
  const text = openText(key, sealed);
  const isSize = (value) => Number.isSafeInteger(value) && value >= 0;
  let metadata;
  try {
    metadata = JSON.parse(text);
  } catch {
    // Refused below.
  }
  if (metadata?.type === 'single' && typeof metadata.name === 'string' && isSize(metadata.size)) return metadata;
  if (metadata?.type === 'archive' && Array.isArray(metadata.files)) {
    if (metadata.archiveSize === undefined || isSize(metadata.archiveSize)) return metadata;
  }
  throw new FormatError('the metadata has an unknown form');
}

/** The size that the decrypted stream must have; null when it is not known. */
export const expectedSize = (metadata) => (metadata.type === 'single' ? metadata.size : metadata.archiveSize ?? null);

// Links -------------------------------------------------------------------------------------------

export const buildLink = (server, kind, id, linkSecret) => `${server}/${kind}/${id}#${toBase64Url(linkSecret)}`;

// Site, kind and id of an address; the part after # is cut off before.
const ADDRESS = /^(https?:\/\/[^/?]+(?:\/[^?]*)?)\/(file|note|d)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\?.*)?$/;

/** Takes a link apart: `{ server, kind: 'file' | 'note', id, linkSecret }`. */
export function parseLink(text) {
  const [address, fragment] = text.split('#', 2);
  const match = ADDRESS.exec(address);
  if (!match || !fragment) throw new FormatError('not a link to a file or note, or its part after # is missing');
  const [, server, kind, id] = match;
  let linkSecret;
  try {
    linkSecret = fromBase64(fragment, 32);
  } catch {
    throw new FormatError('the part after # in the link is damaged');
  }
  return { server, kind: kind === 'd' ? 'file' : kind, id, linkSecret };
}
