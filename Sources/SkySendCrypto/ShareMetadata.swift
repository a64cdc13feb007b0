package import Crypto
import Foundation

/// What the uploader tells the readers of a file, and nobody else: names, sizes, type.
package enum ShareMetadata: Equatable, Sendable {
    /// One file.
    case single(name: String, bytes: Int64, mimeType: String)
    /// Several files in one zip archive; `archiveBytes` is the size of the zip, which older clients did not tell.
    case archive(files: [File], totalBytes: Int64, archiveBytes: Int64?)

    /// A file of an archive; the name may hold folders.
    package struct File: Equatable, Sendable {
        package let name: String
        package let bytes: Int64

        package init(name: String, bytes: Int64) {
            self.name = name
            self.bytes = bytes
        }
    }

    package enum Failure: Error, Equatable {
        case sealing(SealedMessage.Failure)
        /// The plaintext is no JSON of a known form, or tells a negative size.
        case unreadable
    }

    /// The size that the decrypted stream must have; nil when an older client's archive does not tell.
    package var streamBytes: Int64? {
        switch self {
        case .single(_, let bytes, _): bytes
        case .archive(_, _, let archiveBytes): archiveBytes
        }
    }

    /// Opens what `/api/info` told; `key` is ``ShareKeys/metaKey``.
    package init(opening message: SealedMessage, under key: SymmetricKey) throws(Failure) {
        let json: [UInt8]
        do {
            json = try message.plaintext(under: key)
        } catch {
            throw .sealing(error)
        }
        try self.init(json: json)
    }

    /// Seals this for `/api/meta` under a fresh nonce; `key` is ``ShareKeys/metaKey``.
    package func sealed(under key: SymmetricKey) throws(Failure) -> SealedMessage {
        let text = String(decoding: try json(), as: UTF8.self)
        do {
            return try SealedMessage(sealing: text, under: key)
        } catch {
            throw .sealing(error)
        }
    }
}

extension ShareMetadata {
    /// Unknown members are ignored, a missing content type or total is filled in.
    init(json: [UInt8]) throws(Failure) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(json)), wire.hasNoNegativeSize else {
            throw .unreadable
        }
        switch wire.type {
        case "single":
            guard let name = wire.name, let bytes = wire.size else { throw .unreadable }
            self = .single(name: name, bytes: bytes, mimeType: wire.mimeType ?? "application/octet-stream")
        case "archive":
            guard let files = wire.files else { throw .unreadable }
            self = .archive(
                files: files.map { File(name: $0.name, bytes: $0.size) },
                totalBytes: try Self.total(wire.totalSize, of: files),
                archiveBytes: wire.archiveSize
            )
        default:
            throw .unreadable
        }
    }

    func json() throws(Failure) -> [UInt8] {
        let wire =
            switch self {
            case .single(let name, let bytes, let mimeType):
                Wire(type: "single", name: name, size: bytes, mimeType: mimeType)
            case .archive(let files, let totalBytes, let archiveBytes):
                Wire(
                    type: "archive",
                    files: files.map { Wire.File(name: $0.name, size: $0.bytes) },
                    totalSize: totalBytes,
                    archiveSize: archiveBytes
                )
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard wire.hasNoNegativeSize, let json = try? encoder.encode(wire) else { throw .unreadable }
        return Array(json)
    }

    private static func total(_ told: Int64?, of files: [Wire.File]) throws(Failure) -> Int64 {
        if let told { return told }
        var total: Int64 = 0
        for file in files {
            let (sum, isTooLarge) = total.addingReportingOverflow(file.size)
            guard !isTooLarge else { throw .unreadable }
            total = sum
        }
        return total
    }

    /// The members of both forms.
    private struct Wire: Codable {
        struct File: Codable {
            let name: String
            let size: Int64
        }

        var type: String
        var name: String?
        var size: Int64?
        var mimeType: String?
        var files: [File]?
        var totalSize: Int64?
        var archiveSize: Int64?

        var hasNoNegativeSize: Bool {
            let sizes = [size, totalSize, archiveSize] + (files ?? []).map(\.size)
            return sizes.allSatisfy { ($0 ?? 0) >= 0 }
        }
    }
}
