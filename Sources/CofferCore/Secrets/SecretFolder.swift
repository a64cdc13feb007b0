import Glibc
import NIOCore

/// Keys that the server makes for itself on its first start and must find again on every later one.
///
/// On disk: `secrets/<name>`, 64 hexadecimal digits and a line end; directory 700, files 600.
package struct SecretFolder: Sendable {
    /// A file that does not hold what was written into it; it is never replaced by itself.
    package struct Damaged: Error, CustomStringConvertible {
        let path: String

        package var description: String {
            "The key in \(path) is damaged; put the file back from a backup, or delete it to have a new key made."
        }
    }

    private static let byteCount = 32
    private static let maxFileBytes = 4096

    private let path: String
    private let random: any RandomSource

    /// `path`: of the folder itself, which is made with the first key.
    package init(path: String, random: any RandomSource) {
        self.path = path
        self.random = random
    }

    /// The key of this name, made when there is none; as text of 64 characters.
    ///
    /// It blocks; call it when the server starts.
    ///
    /// - Throws: ``Damaged``; ``StorageError``.
    package func secret(_ name: String) throws -> String {
        try FileCalls.makeDirectory(path)
        // What a lost process left half-written.
        unlink("\(path)/.\(name)")
        let file = "\(path)/\(name)"
        guard let (descriptor, _) = try FileCalls.openForReading(file) else {
            let secret = random.hex(byteCount: Self.byteCount)
            try DurableFile.write(Array("\(secret)\n".utf8), to: name, in: path)
            return secret
        }
        defer { close(descriptor) }
        let bytes = try FileCalls.read(from: descriptor, at: 0, count: Self.maxFileBytes)
        let text = String(buffer: bytes).filter { !$0.isWhitespace }
        guard text.utf8.count == Self.byteCount * 2, Hex.decode(text) != nil else { throw Damaged(path: file) }
        return text
    }
}
