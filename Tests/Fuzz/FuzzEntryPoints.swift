@testable import Yjs

/// What the fuzzer calls; each function states what must hold for any bytes.
enum FuzzEntryPoints {
    static func run(_ input: FuzzInput) {
        switch input.entryPoint % 9 {
        case 0: decode(input[0])
        case 1: merge(input.parts)
        case 2: diff(input[0], stateVector: input[1])
        case 3: stateVector(input[0])
        case 4: apply(input)
        case 5: awareness(input.parts)
        case 6: syncMessages(input)
        case 7: values(input[0])
        default: edit(input)
        }
    }

    /// An update that can be scanned gives the same answers after it was written again.
    static func decode(_ update: [UInt8]) {
        guard let scan = try? ScannedUpdate(anyVersion: update, limits: .network) else { return }
        let source = scan.sources[0]
        guard let meta = try? YUpdate.meta(of: update), let all = try? YUpdate.diff(update, from: StateVector()) else {
            fatalError("a scanned update is refused")
        }
        require((try? YUpdate.merge([update])) == source, "a single update is changed by merging")
        require(meta.count <= scan.blocks.count, "more ranges than blocks")
        require((try? ScannedUpdate(all, limits: .network)) != nil, "a diff cannot be read")
        require((try? YUpdate.diff(all, from: StateVector())) == all, "a diff from nothing changes a diff")
    }

    /// A merge can be read, and merging it with itself changes nothing.
    static func merge(_ updates: [[UInt8]]) {
        guard updates.count > 1, let merged = try? YUpdate.merge(updates) else { return }
        require((try? ScannedUpdate(merged, limits: .storage)) != nil, "a merge cannot be read")
        require((try? YUpdate.merge([merged, merged])) == merged, "a merge is changed by merging it with itself")
        require((try? YUpdate.merge([merged, [0, 0]])) == merged, "a merge is changed by merging nothing")
    }

    /// A diff can be read and holds nothing that the state vector covers.
    static func diff(_ update: [UInt8], stateVector bytes: [UInt8]) {
        guard let known = try? StateVector(decoding: bytes), let rest = try? YUpdate.diff(update, from: known) else {
            return
        }
        guard let scan = try? ScannedUpdate(rest, limits: .storage) else { fatalError("a diff cannot be read") }
        for block in scan.blocks {
            guard let first = scan.records[block.records].first else { fatalError("a diff has an empty block") }
            require(!first.isSkip && first.clock >= known[block.client], "a diff holds what is known")
        }
        require((try? YUpdate.diff(rest, from: known)) == rest, "a diff of a diff is another")
    }

    /// State vectors survive writing and reading.
    static func stateVector(_ bytes: [UInt8]) {
        if let vector = try? StateVector(decoding: bytes) {
            require((try? StateVector(decoding: vector.encoded())) == vector, "a state vector is lost")
        }
        if let encoded = try? YUpdate.encodeStateVector(of: bytes) {
            require((try? StateVector(decoding: encoded)) != nil, "a computed state vector cannot be read")
        }
    }

    /// Refused updates change nothing; after any input the document is sound and its state reads back.
    static func apply(_ input: FuzzInput) {
        var document = YDocument(collectsGarbage: input.options & 1 == 0, limits: limits(input.options))
        for part in input.parts {
            let before = document
            do throws(YjsError) {
                try document.apply(part)
            } catch {
                require(document.encodeState() == before.encodeState(), "\(error) changed the document")
            }
        }
        // Rendering every view takes longest, so only some inputs ask for it.
        requireNone(RoundTrip.problems(of: document, comparesViews: input.options & 8 != 0))
    }

    /// Small limits make undoing a half-applied update a common case.
    private static func limits(_ options: UInt8) -> YLimits {
        switch options >> 1 & 3 {
        case 1: YLimits(maxPendingBytes: 64, maxPendingStructs: 3)
        case 2: YLimits(maxConflictSteps: 2)
        case 3: YLimits(maxDocumentBytes: 256)
        default: .network
        }
    }

    /// Awareness messages survive writing and reading; applying never goes back in time.
    static func awareness(_ messages: [[UInt8]]) {
        var table = Awareness(maxClients: 8)
        for (second, message) in messages.enumerated() {
            guard let entries = try? Awareness.decode(message) else { continue }
            require((try? Awareness.decode(Awareness.encode(entries))) == entries, "awareness entries are lost")
            let now = Duration.seconds(second * 8)
            let taken = table.apply(entries, now: now)
            require(taken.count <= entries.count, "entries came out of nowhere")
            require(
                table.apply(entries.filter { $0.state != nil }, now: now).isEmpty || entries.count > 1,
                "taken twice"
            )
            require(table.entries.count <= 8, "more clients than allowed")
            _ = table.removeExpired(now: now)
        }
        _ = table.remove(table.entries.map(\.client))
        require(table.entries.isEmpty, "a removed client is there")
    }

    /// Messages survive writing and reading, and a document answers them or refuses.
    static func syncMessages(_ input: FuzzInput) {
        var document = YDocument()
        for part in input.parts {
            guard let message = try? SyncMessage(decoding: part) else { continue }
            require((try? SyncMessage(decoding: message.encoded())) == message, "a message is lost")
            guard let outcome = try? document.receive(message), case .step2(let answer) = outcome.answer else {
                continue
            }
            require((try? ScannedUpdate(answer, limits: .storage)) != nil, "an answer cannot be read")
        }
        requireNone(RoundTrip.problems(of: document))
    }

    /// Tagged values and JSON text survive writing and reading; skipping checks what reading checks.
    static func values(_ bytes: [UInt8]) {
        var reader = Lib0Decoder(bytes)
        var skipper = Lib0Decoder(bytes)
        let value = try? reader.readAny()
        let isSkipped = (try? skipper.skipAny()) != nil
        require((value != nil) == isSkipped, "skipping and reading disagree")
        if let value {
            require(reader.position == skipper.position, "skipping and reading end at different places")
            var encoder = Lib0Encoder()
            encoder.writeAny(value)
            var again = Lib0Decoder(encoder.bytes)
            require((try? again.readAny()) == value && again.isAtEnd, "a value is lost")
        }
        if let parsed = try? YValue(json: String(decoding: bytes, as: UTF8.self)) {
            // A number too large for a double is infinite, and JSON text has no infinity.
            let text = parsed.jsonText
            require((try? YValue(json: text))?.jsonText == text, "JSON text is lost")
        }
    }
}
