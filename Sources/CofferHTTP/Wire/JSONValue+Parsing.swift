package import NIOCore

extension JSONValue {
    /// Parses one JSON text (RFC 8259), in a time that is proportional to its length.
    ///
    /// A number that is integral and fits 64 bits is an ``integer(_:)``, however it was written (`5`, `5.0`, `5e0`).
    ///
    /// - Returns: nil when the bytes are no JSON, are not UTF-8, nest deeper than 128 levels, or hold more than 100,000
    ///   values, which take many times the memory of their text.
    package init?(parsing bytes: ByteBuffer) {
        let parsed = bytes.withUnsafeReadableBytes { raw -> JSONValue? in
            var reader = JSONReader(raw)
            return try? reader.whole { (reader) throws(JSONReader.Malformed) in try reader.value() }
        }
        guard let parsed else { return nil }
        self = parsed
    }
}
