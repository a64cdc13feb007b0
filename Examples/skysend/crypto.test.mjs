import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { argon2id, blake2b } from './argon2id.mjs';
import {
  applyPassword, buildLink, deriveKeys, deriveOwnerToken, derivePasswordKey, expectedSize, FormatError, fromBase64,
  IntegrityError, newOwnerToken, openMetadata, openRecord, openStream, openText, parseLink, plainSize, RECORD_BYTES,
  SEALED_RECORD_BYTES, sealedSize, sealMetadata, sealRecord, sealStream, sealText, toBase64Url,
} from './crypto.mjs';

const ascending = (first, count) => Buffer.from(Array.from({ length: count }, (_, index) => first + index));
const secret = ascending(0x00, 32);
const salt = ascending(0x20, 32);
const baseNonce = ascending(0xa0, 12);
const keys = deriveKeys(secret, salt);

describe('known answers', () => {
  test('keys and tokens', () => {
    assert.equal(keys.fileKey.toString('hex'), '9777b5a5af3adfe90013179f6939b1d0ecfe04fe77335beed24c929e22ece3ba');
    assert.equal(keys.metaKey.toString('hex'), '501049622b2036cb2b22f7bc357af9a9104ab33ed911eaafdf80348a0701e107');
    assert.equal(keys.authToken, 'mwzXi_GZIfTQqrbrR03KiaLphhayvhsTTodFuEgt-5w');
    assert.equal(deriveOwnerToken(secret, salt), 'BE5hdw5b9VC9x3UwYhjQFtbJHrKd3-pFgRNx3VN_Thg');
  });

  test('records', () => {
    const sealed = ['hello', 'world'].map((text, number) =>
      sealRecord(keys.fileKey, baseNonce, number, Buffer.from(text)));
    assert.equal(sealed[0].toString('hex'), '2bac632ad7a526c8c44edb125eeae4b60207d460cf');
    assert.equal(sealed[1].toString('hex'), '0df48c9d7606e885e11bd0a83e661831ae633dfdce');
    assert.equal(openRecord(keys.fileKey, baseNonce, 1, sealed[1]).toString(), 'world');
  });

  test('note', () => {
    const sealed = sealText(keys.metaKey, 'hi', baseNonce);
    assert.equal(fromBase64(sealed.content).toString('hex'), '962ee3610016c72f55a904c89a4db2da26ee');
    assert.equal(openText(keys.metaKey, sealed), 'hi');
  });

  test('password', () => {
    const passwordKey = derivePasswordKey('correct horse', ascending(0x00, 16));
    assert.equal(passwordKey.toString('hex'), 'e3c889ca40ed01e6b6771fc8a5bf16e35ad60b41c9bd5d7e6d63adf51e50b0fd');
    const linkSecret = applyPassword(secret, passwordKey);
    assert.equal(toBase64Url(linkSecret), '48mLyUToB-G-fhXDqbIY7ErHGVLdqEtpdXq37gJNruI');
    assert.equal(deriveOwnerToken(linkSecret, salt), 'ZyysVaiVnuwnmF3AXFC87ZxasbZYmwab1YREbRHMB_8');
    assert.deepEqual(applyPassword(linkSecret, passwordKey), secret);
  });
});

describe('argon2id', () => {
  test('BLAKE2b agrees with that of Node at block boundaries', () => {
    for (const size of [0, 1, 127, 128, 129, 255, 256, 1000]) {
      const input = pattern(size);
      assert.equal(
        Buffer.from(blake2b(input, 64)).toString('hex'),
        createHash('blake2b512').update(input).digest('hex'),
        `${size} bytes`,
      );
    }
  });

  test('every parameter matters, and any length of result is possible', () => {
    const cost = { memoryKiB: 16, passes: 2, length: 32 };
    const results = [
      ['password', 'saltsalt', cost], ['Password', 'saltsalt', cost], ['password', 'saltsalu', cost],
      ['password', 'saltsalt', { ...cost, memoryKiB: 20 }], ['password', 'saltsalt', { ...cost, passes: 3 }],
    ].map(([password, saltText, options]) =>
      Buffer.from(argon2id(Buffer.from(password), Buffer.from(saltText), options)).toString('hex'));
    assert.equal(new Set(results).size, results.length);
    for (const length of [4, 64, 65, 100]) {
      assert.equal(argon2id(Buffer.from('p'), Buffer.from('saltsalt'), { ...cost, length }).length, length);
    }
  });
});

describe('record stream', () => {
  for (const size of [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000]) {
    test(`${size} bytes come back, in pieces of any size`, async () => {
      const plaintext = pattern(size);
      const sealed = await sealAll(plaintext);
      assert.equal(sealed.length, sealedSize(size));
      assert.equal(plainSize(sealed.length), size);
      for (const pieceSize of [4_093, 65_552, 1_000_000]) {
        assert.deepEqual(await collect(sealStream(keys.fileKey, cut(plaintext, pieceSize), baseNonce)), sealed);
        assert.deepEqual(await openAll(sealed, size, pieceSize), plaintext);
      }
    });
  }

  test('sizes that no stream has are told', () => {
    assert.deepEqual([0, 11, 12, 13, 28, 29, 65_564, 65_580, 65_581].map(plainSize),
      [null, null, 0, null, null, 1, 65_536, null, 65_537]);
  });

  test('changed, exchanged, missing and foreign records are refused', async () => {
    const sealed = await sealAll(pattern(200_000));
    for (const position of [0, 12, 65_563, 65_564, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[position] ^= 1;
      await assert.rejects(openAll(changed, 200_000), IntegrityError, `byte ${position}`);
    }
    const part = (from, to) => sealed.subarray(12 + from * SEALED_RECORD_BYTES, 12 + to * SEALED_RECORD_BYTES);
    const nonce = sealed.subarray(0, 12);
    await assert.rejects(openAll(Buffer.concat([nonce, part(1, 2), part(0, 1), part(2, 4)]), 200_000), IntegrityError);
    await assert.rejects(openAll(Buffer.concat([nonce, part(0, 1), part(2, 4)]), null), IntegrityError);
    await assert.rejects(collect(openStream(keys.metaKey, [sealed], 200_000)), IntegrityError);
  });

  test('a stream cut anywhere is refused', async () => {
    const sealed = await sealAll(pattern(200_000));
    const ends = [0, 11, 12, 28, 1_000, 12 + SEALED_RECORD_BYTES, 12 + 3 * SEALED_RECORD_BYTES, sealed.length - 1];
    for (const end of ends) await assert.rejects(openAll(sealed.subarray(0, end), 200_000), IntegrityError, `${end}`);
    // Without a size a cut between records goes unseen, which is why the metadata must tell it.
    assert.equal((await openAll(sealed.subarray(0, 12 + SEALED_RECORD_BYTES), null)).length, RECORD_BYTES);
  });

  test('more than the metadata told is refused', async () => {
    await assert.rejects(openAll(await sealAll(pattern(70_000)), 69_999), IntegrityError);
  });
});

describe('metadata and notes', () => {
  const single = { type: 'single', name: 'grün/1.txt', size: 5, mimeType: 'text/plain' };

  test('both forms of metadata come back', () => {
    const archive = { type: 'archive', files: [{ name: 'a', size: 1 }], totalSize: 1, archiveSize: 120 };
    assert.deepEqual(openMetadata(keys.metaKey, sealMetadata(keys.metaKey, single)), single);
    assert.deepEqual(openMetadata(keys.metaKey, sealMetadata(keys.metaKey, archive)), archive);
    assert.equal(expectedSize(single), 5);
    assert.equal(expectedSize(archive), 120);
    assert.equal(expectedSize({ ...archive, archiveSize: undefined }), null);
  });

  test('unknown forms are refused', () => {
    assert.throws(() => openMetadata(keys.metaKey, sealText(keys.metaKey, '{')), FormatError);
    for (const form of [null, {}, { ...single, size: -1 }, { ...single, size: '5' }, { ...single, type: 'x' }]) {
      assert.throws(() => openMetadata(keys.metaKey, sealMetadata(keys.metaKey, form)), FormatError);
    }
  });

  test('changes and other keys are found', () => {
    const sealed = sealText(keys.metaKey, 'a note');
    assert.throws(() => openText(keys.fileKey, sealed), IntegrityError);
    const changed = fromBase64(sealed.content);
    changed[0] ^= 1;
    assert.throws(() => openText(keys.metaKey, { ...sealed, content: changed.toString('base64') }), IntegrityError);
    assert.equal(openText(keys.metaKey, { ...sealed, content: toBase64Url(fromBase64(sealed.content)) }), 'a note');
  });
});

describe('links', () => {
  const id = '0b8ad0f2-6d4e-4c0e-9a55-6f2f6c3f3f10';

  test('are built and read', () => {
    const link = buildLink('https://drop.test', 'note', id, secret);
    assert.equal(link, `https://drop.test/note/${id}#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8`);
    assert.deepEqual(parseLink(link), { server: 'https://drop.test', kind: 'note', id, linkSecret: secret });
    assert.equal(parseLink(link.replace('/note/', '/d/')).kind, 'file');
    assert.equal(parseLink(link.replace('.test', '.test:81/send')).server, 'https://drop.test:81/send');
  });

  test('are refused when damaged', () => {
    const link = buildLink('https://drop.test', 'file', id, secret);
    const damaged = [link.split('#')[0], link.slice(0, -2), `${link}AA`, `${link.slice(0, -1)}!`,
      link.replace('/file/', '/x/'), link.replace('https', 'ftp'), link.replace(id, id.toUpperCase()), ''];
    for (const text of damaged) assert.throws(() => parseLink(text), FormatError, text);
  });

  test('random owner tokens have 43 characters and differ', () => {
    assert.match(newOwnerToken(), /^[A-Za-z0-9_-]{43}$/);
    assert.notEqual(newOwnerToken(), newOwnerToken());
  });
});

// Support -----------------------------------------------------------------------------------------

function pattern(size) {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => index * 31 + (index >> 8)));
}

function* cut(bytes, size) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function collect(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const sealAll = (plaintext) => collect(sealStream(keys.fileKey, [plaintext], baseNonce));

const openAll = (sealed, size, pieceSize = 10_000) => collect(openStream(keys.fileKey, cut(sealed, pieceSize), size));
