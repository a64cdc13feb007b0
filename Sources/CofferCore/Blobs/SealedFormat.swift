import Crypto
import NIOCore

/// The layout of sealed bytes: chunk after chunk of AES-256-GCM ciphertext, each followed by its 16-byte tag.
///
/// A chunk holds 64 KiB of plain bytes, the last one what is left (an empty blob is one empty chunk). The key is used
/// for one blob only, so the nonce is the chunk's number. What is authenticated besides: for each chunk a marker, for
/// the last one also the plain size and, where the blob has one, the plain SHA-256; so a chunk that was moved,
/// dropped or repeated, a cut file, and a row whose size or digest was altered all fail to open.
enum SealedFormat {
    static let chunkBytes = 64 * 1024
    static let tagBytes = 16
    static let sealedChunkBytes = chunkBytes + tagBytes

    static func chunkCount(size: Int64) -> Int64 {
        max(1, (size + Int64(chunkBytes) - 1) / Int64(chunkBytes))
    }

    static func sealedSize(of size: Int64) -> Int64 {
        size + chunkCount(size: size) * Int64(tagBytes)
    }

    /// What the last chunk authenticates about the whole.
    struct Ending {
        let size: Int64
        let sha256: [UInt8]?

        fileprivate var authenticated: [UInt8] {
            [1] + withUnsafeBytes(of: size.bigEndian) { Array($0) } + (sha256 ?? [])
        }
    }

    static func seal(
        _ plain: UnsafeRawBufferPointer,
        chunk: Int64,
        ending: Ending?,
        key: SymmetricKey,
        into output: inout ByteBuffer
    ) throws {
        let box = try AES.GCM.seal(
            plain,
            using: key,
            nonce: nonce(chunk),
            authenticating: ending?.authenticated ?? [0]
        )
        output.writeBytes(box.ciphertext)
        output.writeBytes(box.tag)
    }

    /// Opens one chunk and appends its plain bytes to `output`.
    ///
    /// Pointers, not collections: taking ciphertext and tag apart byte by byte would cost fifty times the cipher.
    ///
    /// - Throws: ``BlobError/corrupt`` when the chunk is not what was sealed.
    static func open(
        _ sealed: UnsafeRawBufferPointer,
        chunk: Int64,
        ending: Ending?,
        key: SymmetricKey,
        into output: inout ByteBuffer
    ) throws {
        guard sealed.count >= tagBytes else { throw BlobError.corrupt }
        let end = sealed.count - tagBytes
        do {
            let box = try AES.GCM.SealedBox(
                nonce: nonce(chunk),
                ciphertext: UnsafeRawBufferPointer(rebasing: sealed[..<end]),
                tag: UnsafeRawBufferPointer(rebasing: sealed[end...])
            )
            output.writeBytes(try AES.GCM.open(box, using: key, authenticating: ending?.authenticated ?? [0]))
        } catch {
            throw BlobError.corrupt
        }
    }

    private static func nonce(_ chunk: Int64) throws -> AES.GCM.Nonce {
        try AES.GCM.Nonce(data: [0, 0, 0, 0] + withUnsafeBytes(of: chunk.bigEndian) { Array($0) })
    }
}
