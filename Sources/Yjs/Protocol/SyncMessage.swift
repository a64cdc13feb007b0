/// A message of the y-protocols sync protocol: `varuint kind`, then a length-prefixed buffer.
public enum SyncMessage: Sendable, Equatable {
    /// Kind 0: asks for what is missing, by an encoded state vector.
    case step1(stateVector: [UInt8])
    /// Kind 1: the answer to step 1, an update, even if it is empty.
    case step2(update: [UInt8])
    /// Kind 2: a live update.
    case update([UInt8])

    /// Decodes a message that makes up all the bytes.
    ///
    /// - Parameter bytes: the message.
    /// - Throws: ``YjsError`` if it is malformed; the buffer inside is not looked at.
    public init(decoding bytes: [UInt8]) throws(YjsError) {
        var decoder = Lib0Decoder(bytes)
        try self.init(from: &decoder)
        try decoder.finish()
    }

    /// Decodes the next message of a larger one.
    ///
    /// - Parameter decoder: where to read.
    /// - Throws: ``YjsError`` if it is malformed.
    public init(from decoder: inout Lib0Decoder) throws(YjsError) {
        let start = decoder.position
        let kind = try decoder.readVarUint()
        let buffer = try decoder.readBuffer()
        switch kind {
        case 0: self = .step1(stateVector: buffer)
        case 1: self = .step2(update: buffer)
        case 2: self = .update(buffer)
        default: throw .invalidTag(UInt8(truncatingIfNeeded: kind), offset: start)
        }
    }

    /// The message's bytes.
    ///
    /// - Returns: kind and buffer.
    public func encoded() -> [UInt8] {
        var encoder = Lib0Encoder()
        switch self {
        case .step1(let stateVector):
            encoder.writeVarUint(0)
            encoder.writeBuffer(stateVector)
        case .step2(let update):
            encoder.writeVarUint(1)
            encoder.writeBuffer(update)
        case .update(let update):
            encoder.writeVarUint(2)
            encoder.writeBuffer(update)
        }
        return encoder.bytes
    }
}

extension YDocument {
    /// What a message led to.
    public struct SyncOutcome: Sendable, Equatable {
        /// What to send back to the sender.
        public var answer: SyncMessage?
        /// What changed in the document.
        public var change: YChange?
    }

    /// Handles a message: answers step 1, applies the others.
    ///
    /// - Parameter message: the message.
    /// - Returns: the answer and what changed.
    /// - Throws: ``YjsError`` if the state vector or update is malformed; the document is then unchanged.
    public mutating func receive(_ message: SyncMessage) throws(YjsError) -> SyncOutcome {
        switch message {
        case .step1(let bytes):
            return SyncOutcome(answer: .step2(update: encodeState(from: try StateVector(decoding: bytes))))
        case .step2(let update), .update(let update):
            return SyncOutcome(change: try apply(update))
        }
    }
}
