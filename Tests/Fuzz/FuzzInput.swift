/// The bytes of one execution: what to do, then the parts to do it with.
///
/// The first byte chooses the entry point. Every part is `length low, length high, bytes`; a length beyond the end
/// takes the rest, so that a change of one byte never makes the whole input useless.
struct FuzzInput {
    let entryPoint: UInt8
    let options: UInt8
    let parts: [[UInt8]]

    private static let maxParts = 12

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count >= 2 else { return nil }
        entryPoint = bytes[0]
        options = bytes[1]
        var parts: [[UInt8]] = []
        var position = 2
        while position + 2 <= bytes.count, parts.count < Self.maxParts {
            let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
            let end = min(position + 2 + length, bytes.count)
            parts.append(Array(bytes[position + 2..<end]))
            position = end
        }
        self.parts = parts
    }

    /// The part at `index`, or nothing.
    subscript(index: Int) -> [UInt8] { index < parts.count ? parts[index] : [] }
}

/// Ends the execution as a finding.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}

/// Ends the execution as a finding if there are problems.
func requireNone(_ problems: [String]) {
    require(problems.isEmpty, problems.joined(separator: "; "))
}
