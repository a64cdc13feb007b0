import Glibc

/// A folder of the server's machine that is part of a heap.
///
/// Its own path is the operator's, whose links count; nothing below it is ever reached through a link.
struct FolderRoot: Equatable, Sendable {
    /// The mount's name; empty for the heap's folder in the storage.
    let name: String
    /// An operator's path.
    let base: String
    /// Names below the base that are ours to choose: the owner's id and the heap's.
    var below: [String] = []
    /// Names at the top that belong to mounts.
    var hidden: Set<[UInt8]> = []

    /// Opens a folder in it.
    ///
    /// - Throws: ``FolderFailure``.
    func open(_ path: FolderPath) throws(FolderFailure) -> FolderHandle {
        let descriptor = Glibc.open(base, FolderHandle.flags)
        guard descriptor >= 0 else { throw FolderFailure(errno) }
        var handle = FolderHandle(descriptor)
        for name in below { handle = try handle.folder(Array(name.utf8)[...]) }
        for name in path.names { handle = try handle.folder(name) }
        return handle
    }
}

/// Why a folder or file cannot be used.
enum FolderFailure: Error, Equatable {
    case missing
    /// Something else than asked for: a link, or a file for a folder.
    case link
    case otherKind
    /// No permission, a broken disk, no descriptors left, and so on.
    case unreadable(CInt)

    init(_ code: CInt) {
        switch code {
        case ENOENT, ENAMETOOLONG: self = .missing
        case ELOOP: self = .link
        case ENOTDIR: self = .otherKind
        default: self = .unreadable(code)
        }
    }
}

/// An open folder; closed with its last reference.
final class FolderHandle: Sendable {
    static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

    let descriptor: CInt

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Opens a folder in this one, never through a link.
    func folder(_ name: ArraySlice<UInt8>) throws(FolderFailure) -> FolderHandle {
        let opened = Self.withCString(name) { openat(descriptor, $0, Self.flags | O_NOFOLLOW) }
        guard opened < 0 else { return FolderHandle(opened) }
        let failure = FolderFailure(errno)
        // What is a link is told as "no folder" when both flags are set.
        guard failure == .otherKind, isLink(name) else { throw failure }
        throw .link
    }

    private func isLink(_ name: ArraySlice<UInt8>) -> Bool {
        var status = stat()
        let result = Self.withCString(name) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }
        return result == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// What a name in this folder stands for.
    func facts(of name: ArraySlice<UInt8>) throws(FolderFailure) -> FileFacts {
        var status = stat()
        let result = Self.withCString(name) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else { throw FolderFailure(errno) }
        return FileFacts(status)
    }

    /// Opens a regular file in this folder; a FIFO does not keep anybody waiting.
    ///
    /// - Returns: a descriptor, which is the caller's to close.
    func file(_ name: ArraySlice<UInt8>) throws(FolderFailure) -> (descriptor: CInt, facts: FileFacts) {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let opened = Self.withCString(name) { openat(descriptor, $0, flags) }
        guard opened >= 0 else { throw FolderFailure(errno == ENXIO ? ENOTDIR : errno) }
        var status = stat()
        guard fstat(opened, &status) == 0 else {
            let code = errno
            Glibc.close(opened)
            throw FolderFailure(code)
        }
        let facts = FileFacts(status)
        guard facts.kind == .file else {
            Glibc.close(opened)
            throw .otherKind
        }
        return (opened, facts)
    }

    private static func withCString<Value>(_ name: ArraySlice<UInt8>, _ body: (UnsafePointer<CChar>) -> Value) -> Value
    {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { space in
            for (offset, byte) in name.enumerated() { space[offset] = CChar(bitPattern: byte) }
            space[name.count] = 0
            return body(UnsafePointer(space.baseAddress.unsafelyUnwrapped))
        }
    }
}
