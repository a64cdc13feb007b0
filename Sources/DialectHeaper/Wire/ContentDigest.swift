import CofferCore
import Crypto
import NIOCore

/// The SHA-256 of a `Content-Digest` field (RFC 9530): `sha-256=:…:`.
struct ContentDigest: Equatable, Sendable {
    let bytes: [UInt8]

    /// - Returns: nil when the field has no SHA-256, which leaves nothing to check.
    /// - Throws: ``HeaperError/malformed(_:)`` when it has one of another form.
    init?(_ field: String) throws {
        let entry = field.split(separator: ",").map { $0.drop { $0 == " " } }
            .last { $0.prefix { $0 != "=" }.lowercased() == "sha-256" }
        guard let entry else { return nil }
        let value = entry.drop { $0 != "=" }.dropFirst().reversed().drop { $0 == " " }.reversed()
        guard value.count > 2, value.first == ":", value.last == ":",
            let bytes = Base64.decodeEither(String(value.dropFirst().dropLast())), bytes.count == 32
        else { throw HeaperError.malformed("Content-Digest has no valid sha-256") }
        self.bytes = bytes
    }
}

/// A body that ends with an error unless it has the digest that was announced.
struct VerifiedBody<Base: AsyncSequence & Sendable>: AsyncSequence, Sendable where Base.Element == ByteBuffer {
    let base: Base
    /// Nil: nothing is checked.
    let digest: ContentDigest?

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: Base.AsyncIterator
        fileprivate let digest: ContentDigest?
        private var running = SHA256()

        fileprivate init(base: Base.AsyncIterator, digest: ContentDigest?) {
            self.base = base
            self.digest = digest
        }

        mutating func next() async throws -> ByteBuffer? {
            guard let bytes = try await base.next() else {
                guard let digest, Array(running.finalize()) != digest.bytes else { return nil }
                throw FileFailure.digestMismatch
            }
            if digest != nil { bytes.withUnsafeReadableBytes { running.update(bufferPointer: $0) } }
            return bytes
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: base.makeAsyncIterator(), digest: digest)
    }
}
