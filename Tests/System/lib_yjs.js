// Clients of live sync with Yjs itself, as browsers run it: what Tests/System/heaper_yjs starts with node.
//
//     node --experimental-websocket Tests/System/lib_yjs.js BUNDLE URL TOKEN NAME SEED
//
// Six clients, some as Hocuspocus' providers of version 3.4 speak and some as those of 4.5 do, edit one document at the same
// time, go offline, edit on, and come back. Prints a line of JSON for each check.
// The wire is written after the contract (section 5) and the protocols' descriptions, not after the providers' code.
"use strict";

const fs = require("node:fs");

const [bundle, url, token, documentName, seed] = process.argv.slice(2);

// --------------------------------------------------------------------------------------------------------------------
// Yjs

/** Loads a chunk of a bundle as the bundler's own runtime would, and returns the module that exports Yjs. */
function loadYjs(path) {
  const factories = {};
  const cache = {};
  globalThis.self = globalThis;
  globalThis.rspackChunk_jupyterlab_application_top = { push: ([, modules]) => Object.assign(factories, modules) };
  (0, eval)(fs.readFileSync(path, "utf8"));

  function load(id) {
    if (cache[id]) return cache[id].exports;
    // The one module of another chunk is the stand-in for node's process.
    cache[id] = { exports: factories[id] ? {} : process };
    factories[id]?.(cache[id], cache[id].exports, load);
    return cache[id].exports;
  }
  load.d = (exports, getters) => {
    for (const [name, get] of Object.entries(getters)) Object.defineProperty(exports, name, { enumerable: true, get });
  };
  load.r = () => {};
  const id = Object.keys(factories).find((id) => /\bencodeStateAsUpdateV2:\(\)=>/.test(factories[id].toString()));
  return load(id);
}

const Y = loadYjs(bundle);

// --------------------------------------------------------------------------------------------------------------------
// The wire: lib0's numbers and texts

class Writer {
  bytes = [];

  number(value) {
    for (; value > 127; value = Math.floor(value / 128)) this.bytes.push(128 | value % 128);
    this.bytes.push(value);
    return this;
  }

  buffer(bytes) {
    this.number(bytes.length);
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  text(text) {
    return this.buffer(new TextEncoder().encode(text));
  }
}

class Reader {
  position = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  number() {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.position++];
      if (byte === undefined) throw new Error("the frame ends too soon");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  buffer() {
    const length = this.number();
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  text() {
    return new TextDecoder().decode(this.buffer());
  }
}

const SYNC = 0, AWARENESS = 1, AUTH = 2, QUERY_AWARENESS = 3, STATELESS = 5, CLOSE = 7, SYNC_STATUS = 8, PING = 9, PONG = 10;

// --------------------------------------------------------------------------------------------------------------------
// Awareness, with the clocks of y-protocols

class Awareness {
  states = new Map();
  clocks = new Map();

  constructor(client) {
    this.client = client;
  }

  /** A new state of our own; null when we leave. */
  set(state) {
    this.clocks.set(this.client, (this.clocks.get(this.client) ?? -1) + 1);
    if (state === null) this.states.delete(this.client);
    else this.states.set(this.client, state);
  }

  write(writer, clients) {
    const inner = new Writer().number(clients.length);
    for (const client of clients) {
      inner.number(client).number(this.clocks.get(client)).text(JSON.stringify(this.states.get(client) ?? null));
    }
    writer.buffer(inner.bytes);
  }

  apply(bytes) {
    const reader = new Reader(bytes);
    for (let left = reader.number(); left > 0; left--) {
      const client = reader.number();
      const clock = reader.number();
      const state = JSON.parse(reader.text());
      const known = this.clocks.get(client) ?? 0;
      const isNewer = known < clock || (known === clock && state === null && this.states.has(client));
      if (!isNewer || client === this.client) continue;
      this.clocks.set(client, clock);
      if (state === null) this.states.delete(client);
      else this.states.set(client, state);
    }
  }

  forgetOthers() {
    for (const client of this.states.keys()) if (client !== this.client) this.states.delete(client);
  }
}

// --------------------------------------------------------------------------------------------------------------------
// A client: one document on a socket of its own

class Client {
  document = new Y.Doc();
  awareness = new Awareness(this.document.clientID);
  unsynced = 0;
  refused = 0;
  isSynced = false;
  scope = null;

  /** `version`: what it says of itself; clients of 3.4 say nothing and know no pings. */
  constructor({ version, session }) {
    this.version = version;
    this.name = session ? `${documentName}\0${session}` : documentName;
    this.awareness.set({ client: this.document.clientID });
    this.document.on("update", (update, origin) => {
      if (origin === this) return;
      this.unsynced += 1;
      this.send((frame) => frame.number(SYNC).number(2).buffer(update));
    });
  }

  get isOnline() {
    return this.socket !== undefined;
  }

  connect() {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.begin();
    socket.onmessage = (event) => this.receive(new Uint8Array(event.data));
    socket.onclose = () => {
      if (this.socket === socket) this.end();
    };
    socket.onerror = () => {};
    this.socket = socket;
  }

  disconnect() {
    const socket = this.socket;
    this.end();
    socket?.close();
  }

  end() {
    this.socket = undefined;
    this.isSynced = false;
    this.scope = null;
    this.awareness.forgetOthers();
  }

  /** Sends a frame; what is edited offline goes with the next handshake. */
  send(write) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const frame = new Writer().text(this.name);
    write(frame);
    this.socket.send(Uint8Array.from(frame.bytes));
  }

  /** All at once, as the providers do: they wait for no answer. */
  begin() {
    // The server asks for what it lacks, and acknowledges the answer to that.
    this.unsynced = 1;
    this.authenticate();
    this.send((frame) => frame.number(SYNC).number(0).buffer(Y.encodeStateVector(this.document)));
    this.sendState();
  }

  authenticate() {
    this.send((frame) => {
      frame.number(AUTH).number(0).text(token);
      if (this.version) frame.text(this.version);
    });
  }

  sendState() {
    this.send((frame) => this.awareness.write(frame.number(AWARENESS), [this.awareness.client]));
  }

  /** What the providers do every 15 seconds. */
  renew() {
    this.awareness.set(this.awareness.states.get(this.awareness.client));
    this.sendState();
  }

  leave() {
    this.awareness.set(null);
    this.sendState();
    this.disconnect();
  }

  receive(bytes) {
    if (this.version && bytes.length === 1 && bytes[0] === PING) return this.socket.send(Uint8Array.of(PONG));
    const reader = new Reader(bytes);
    const name = reader.text();
    if (name !== this.name) throw new Error(`a frame for ${name}`);
    const type = reader.number();
    switch (type) {
      case SYNC:
        return this.receiveSync(reader);
      case AWARENESS:
        return this.awareness.apply(reader.buffer());
      case AUTH:
        return this.receiveAuth(reader);
      case QUERY_AWARENESS:
        return this.sendState();
      case SYNC_STATUS:
        if (reader.number() !== 1) this.refused += 1;
        else if (this.unsynced > 0) this.unsynced -= 1;
        return;
      case STATELESS:
        return;
      case CLOSE:
        throw new Error(`closed: ${reader.text()}`);
      default:
        throw new Error(`a frame of type ${type}`);
    }
  }

  receiveSync(reader) {
    if (reader.number() === 0) {
      const update = Y.encodeStateAsUpdate(this.document, reader.buffer());
      return this.send((frame) => frame.number(SYNC).number(1).buffer(update));
    }
    Y.applyUpdate(this.document, reader.buffer(), this);
    this.isSynced = true;
  }

  receiveAuth(reader) {
    switch (reader.number()) {
      case 0:
        return this.authenticate();
      case 1:
        throw new Error(`denied: ${reader.text()}`);
      default:
        this.scope = reader.text();
    }
  }

  /** Everything in the document, as text to compare. */
  get view() {
    return view(this.document);
  }
}

function view(document) {
  const map = Object.entries(document.getMap("m").toJSON()).sort();
  const parts = [
    document.getText("t").toDelta(), document.getArray("a").toJSON(), map,
    document.getXmlFragment("content_v0").toString(),
  ];
  return JSON.stringify(parts, (_, value) => (value === undefined ? "undefined" : value));
}

// --------------------------------------------------------------------------------------------------------------------
// Edits

let state = Number(seed);

/** A whole number below `limit`, the same ones for the same seed. */
function draw(limit) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

const WORDS = ["a", "hello ", "é", "\u{1D11E}", "x\u{1D11E}y", "e\u0301", "日本語", "\n"];
const VALUES = [true, undefined, 2 ** 40, "text", new Uint8Array([1, 2]), null, 1.5, { k: [1] }];

const any = (list) => list[draw(list.length)];

function insertParagraph(document) {
  const fragment = document.getXmlFragment("content_v0");
  document.transact(() => {
    const paragraph = new Y.XmlElement("p");
    const text = new Y.XmlText();
    fragment.insert(draw(fragment.length + 1), [paragraph]);
    paragraph.setAttribute("n", String(draw(9)));
    paragraph.insert(0, [text]);
    text.insert(0, any(WORDS));
    if (fragment.length > 4) fragment.delete(0, 1);
  });
}

const EDITS = [
  (document) => {
    const text = document.getText("t");
    text.insert(draw(text.length + 1), any(WORDS));
  },
  (document) => {
    // Now and then between the halves of a character.
    const text = document.getText("t");
    const start = draw(text.length);
    text.delete(start, Math.min(1 + draw(3), text.length - start));
  },
  (document) => {
    // Whole characters: where a format changes nothing, Yjs cuts one in two for itself alone, and tells nobody.
    const text = document.getText("t");
    const start = [...text.toString()].slice(0, 3).join("");
    text.format(0, start.length, { bold: any([true, null]) });
  },
  (document) => {
    const array = document.getArray("a");
    array.insert(draw(array.length + 1), [any([1, "x", null, { k: 1.5 }])]);
  },
  (document) => {
    const array = document.getArray("a");
    if (array.length > 0) array.delete(draw(array.length), 1);
  },
  (document) => document.getMap("m").set(`k${draw(5)}`, any(VALUES)),
  (document) => document.getMap("m").delete(`k${draw(5)}`),
  insertParagraph,
];

// --------------------------------------------------------------------------------------------------------------------
// What is checked

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function say(name, isGood, detail) {
  console.log(JSON.stringify({ name, isGood, detail }));
}

/** Waits, for a minute at most, until it is so. */
async function expectSoon(name, condition, detail) {
  const end = Date.now() + 60_000;
  while (!condition() && Date.now() < end) await sleep(20);
  say(name, condition(), condition() ? "" : detail());
}

/** The document as it comes over HTTP. */
async function pull() {
  const response = await fetch(new URL("/api/sync/pull", url.replace("ws:", "http:")), {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ blocks: [{ block_id: documentName.split(":")[1] }] }),
  });
  const [{ update }] = (await response.json()).results;
  const document = new Y.Doc();
  Y.applyUpdate(document, Buffer.from(update, "base64"));
  return document;
}

const ROUNDS = 5;
const EDITS_OF_A_ROUND = 150;

async function main() {
  const clients = [0, 1, 2, 3, 4, 5].map((number) => new Client({
    version: number % 2 === 1 ? "4.5.0" : undefined,
    session: number > 3 ? `session-${number}` : undefined,
  }));
  for (const client of clients) client.connect();
  setInterval(() => clients.filter((client) => client.isOnline).forEach((client) => client.renew()), 1000);

  const isCalm = (client) => client.scope === "read-write" && client.isSynced && client.unsynced === 0;
  const states = () => clients.map(({ scope, isSynced, unsynced }) => ({ scope, isSynced, unsynced }));
  const present = () => clients.map((client) => client.awareness.states.size);

  for (let round = 1; round <= ROUNDS; round++) {
    for (let count = 0; count < EDITS_OF_A_ROUND; count++) {
      any(EDITS)(any(clients).document);
      if (draw(5) === 0) await sleep(draw(15));
      if (draw(30) > 0) continue;
      const client = any(clients);
      if (client.isOnline) client.disconnect();
      else client.connect();
    }
    for (const client of clients) if (!client.isOnline) client.connect();
    await expectSoon(`round ${round}: every edit is acknowledged`, () => clients.every(isCalm), states);
    const agree = () => clients.every((client) => client.view === clients[0].view);
    await expectSoon(`round ${round}: all have the same document`, agree, () => clients.map(({ view }) => view));
    await expectSoon(`round ${round}: all see each other`, () => present().every((count) => count === 6), present);
  }
  say("nothing was refused", clients.every((client) => client.refused === 0), clients.map(({ refused }) => refused));

  clients.shift().leave();
  await expectSoon("one has left", () => present().every((count) => count === 5), present);
  const fresh = new Client({ version: "4.5.0" });
  fresh.connect();
  await expectSoon("whoever comes later gets it all", () => fresh.view === clients[0].view, () => [fresh.view, clients[0].view]);
  const pulled = view(await pull());
  say("what is pulled over HTTP is the same", pulled === clients[0].view, [pulled, clients[0].view]);
  process.exit(0);
}

process.on("uncaughtException", (error) => {
  say("no client fails", false, error.stack);
  process.exit(1);
});
main();
