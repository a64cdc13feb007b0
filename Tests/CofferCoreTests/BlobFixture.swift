import CofferTesting
import Foundation
import NIOPosix

@testable import CofferCore

/// A blob store of plain files and one that seals, in a directory of a test's own.
struct BlobFixture: Sendable {
    let directory: TemporaryDirectory
    let local: LocalBlobStore
    let sealed: SealedBlobStore

    init(_ directory: TemporaryDirectory? = nil, shredPasses: Int = 1) throws {
        let directory = try directory ?? temporaryDirectory()
        self.directory = directory
        local = try LocalBlobStore(
            root: "\(directory.path)/blobs",
            threads: NIOThreadPool.singleton,
            random: SystemRandomSource(),
            shredPasses: shredPasses,
            logger: silentLogger
        )
        sealed = SealedBlobStore(base: local, threads: NIOThreadPool.singleton, random: SystemRandomSource())
    }

    var root: String { "\(directory.path)/blobs" }

    var stored: [String] { storedFiles(below: root) }

    func path(of blob: Blob) -> String {
        "\(root)/objects/\(blob.key.description.prefix(2))/\(blob.key)"
    }

    /// Puts other bytes in place of those that were stored.
    func overwrite(_ blob: Blob, with bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(of: blob)))
    }
}
