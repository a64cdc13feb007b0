/// A path below a root: names joined by slashes, none at either end; the root itself is empty.
///
/// Names are bytes, as the file system has them; they need not be UTF-8.
struct FolderPath: Hashable, Sendable {
    static let root = FolderPath(unchecked: [])
    private static let slash = UInt8(ascii: "/")

    let bytes: [UInt8]

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A path that was made by ``appending(_:)``, from the database.
    init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The path that a client asks for; `.` and empty names count for nothing.
    ///
    /// - Throws: ``ScanFailure/pathOutsideRoot`` for an absolute path, one with `..`, and one with a NUL.
    init(asked text: String) throws {
        let bytes = Array(text.utf8)
        guard bytes.first != Self.slash, !bytes.contains(0) else { throw ScanFailure.pathOutsideRoot }
        let names = bytes.split(separator: Self.slash).filter { $0 != [UInt8(ascii: ".")] }
        guard !names.contains([UInt8(ascii: "."), UInt8(ascii: ".")]) else { throw ScanFailure.pathOutsideRoot }
        self.bytes = Array(names.joined(separator: [Self.slash]))
    }

    var isRoot: Bool { bytes.isEmpty }

    var names: [ArraySlice<UInt8>] { bytes.split(separator: Self.slash) }

    /// For people: what is no UTF-8 becomes U+FFFD.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func appending(_ name: some Collection<UInt8>) -> FolderPath {
        FolderPath(unchecked: bytes.isEmpty ? Array(name) : bytes + [Self.slash] + name)
    }

    /// The first name, and the path below it; nil for the root.
    var split: (first: ArraySlice<UInt8>, rest: FolderPath)? {
        guard let first = names.first else { return nil }
        return (first, FolderPath(unchecked: Array(bytes.dropFirst(first.count + 1))))
    }

    /// Whether this is `other` or lies below it.
    func isInside(_ other: FolderPath) -> Bool {
        guard !other.isRoot else { return true }
        guard bytes.starts(with: other.bytes) else { return false }
        return bytes.count == other.bytes.count || bytes[other.bytes.count] == Self.slash
    }
}
