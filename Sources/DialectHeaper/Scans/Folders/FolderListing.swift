import Glibc

/// What lies in one folder: its files and folders, each in the order of their bytes.
struct FolderListing: Sendable {
    var files = NameList()
    var folders = NameList()
    /// Links, pipes, sockets and devices.
    var others = 0
    var hasIgnoreFile = false

    /// Reads the names in an open folder.
    ///
    /// - Throws: ``FolderFailure`` when not all of them could be read.
    init(of folder: FolderHandle) throws(FolderFailure) {
        // The stream closes its descriptor, so it gets one of its own, with a position of its own.
        let own = openat(folder.descriptor, ".", FolderHandle.flags)
        guard own >= 0 else { throw FolderFailure(errno) }
        guard let stream = fdopendir(own) else {
            let code = errno
            Glibc.close(own)
            throw FolderFailure(code)
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw FolderFailure(errno) }
                break
            }
            try add(entry, in: folder)
        }
        files.sort()
        folders.sort()
    }

    private mutating func add(_ entry: UnsafeMutablePointer<dirent>, in folder: FolderHandle) throws(FolderFailure) {
        let type = Int(entry.pointee.d_type)
        let start = UnsafeRawPointer(entry).advanced(by: MemoryLayout<dirent>.offset(of: \.d_name) ?? 19)
        let name = UnsafeBufferPointer(
            start: start.assumingMemoryBound(to: UInt8.self),
            count: strlen(start.assumingMemoryBound(to: CChar.self))
        )
        guard !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) else { return }
        let wasAdded: Bool
        switch kind(type, name, in: folder) {
        case .file where name.elementsEqual(IgnoreRules.fileName):
            hasIgnoreFile = true
            return
        case .file: wasAdded = files.append(name)
        case .folder: wasAdded = folders.append(name)
        case .link, .other:
            others += 1
            return
        case nil: return
        }
        guard wasAdded else { throw .unreadable(EOVERFLOW) }
    }

    /// - Returns: nil for what has gone meanwhile.
    private func kind(_ type: Int, _ name: UnsafeBufferPointer<UInt8>, in folder: FolderHandle) -> FileFacts.Kind? {
        switch type {
        case Int(DT_REG): .file
        case Int(DT_DIR): .folder
        case Int(DT_LNK): .link
        // Some file systems do not tell.
        case Int(DT_UNKNOWN): (try? folder.facts(of: Array(name)[...]))?.kind
        default: .other
        }
    }
}
