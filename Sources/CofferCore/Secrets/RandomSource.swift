import CSodium

/// Where every key, id, token and drawn word comes from.
///
/// It is passed in, so that a test can make chance repeatable; the product uses ``SystemRandomSource``.
package protocol RandomSource: Sendable {
    func bytes(_ count: Int) -> [UInt8]

    /// A number in `0..<bound`, every one equally likely.
    func number(below bound: Int) -> Int
}

extension RandomSource {
    /// `byteCount` random bytes as lower-case hexadecimal text of twice that length.
    package func hex(byteCount: Int) -> String {
        Hex.encode(bytes(byteCount))
    }
}

/// The operating system's generator.
package struct SystemRandomSource: RandomSource {
    package init() {}

    package func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard let start = buffer.baseAddress, count > 0 else { return }
            randombytes_buf(start, count)
            filled = count
        }
    }

    package func number(below bound: Int) -> Int {
        Int.random(in: 0..<bound)
    }
}
