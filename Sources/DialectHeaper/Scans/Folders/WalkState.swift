/// Where a walk stands; see ``FolderWalker``.
struct WalkState: Sendable {
    struct Start: Sendable {
        let root: FolderRoot
        let path: FolderPath
    }

    /// A folder whose own files are done and whose folders are not.
    private struct Frame: Sendable {
        let folder: FolderPath
        let ignores: IgnoreStack
        let folders: NameList
        var next = 0
    }

    /// A folder whose files are on.
    private struct Current: Sendable {
        let folder: FolderPath
        let handle: FolderHandle
        let ignores: IgnoreStack
        let listing: FolderListing
        var next = 0
    }

    /// Longer paths are counted as errors; a path of Linux has at most 4096 bytes unless it was made bit by bit.
    private static let maxPathBytes = 16_384
    private static let maxIgnoreBytes: Int64 = 262_144

    private var starts: [Start]
    private var root: FolderRoot?
    private var frames: [Frame] = []
    private var current: Current?

    init(_ starts: [Start]) {
        self.starts = starts
    }

    /// Does one thing: takes files of the open folder, or opens the next one.
    ///
    /// - Returns: false at the end of the walk.
    mutating func advance(_ step: inout FolderWalker.Step, limit: Int) -> Bool {
        if current != nil {
            takeFiles(&step, limit: limit)
        } else if let last = frames.indices.last {
            guard frames[last].next < frames[last].folders.count else {
                frames.removeLast()
                return true
            }
            let name = frames[last].folders[frames[last].next]
            frames[last].next += 1
            enter(name, of: frames[last].folder, frames[last].ignores, &step)
        } else if let start = starts.popLast() {
            begin(start, &step)
        } else {
            return false
        }
        return true
    }

    private mutating func begin(_ start: Start, _ step: inout FolderWalker.Step) {
        root = start.root
        var (folder, ignores) = (FolderPath.root, IgnoreStack())
        do {
            // The ignore files above the start count, too.
            for name in start.path.names {
                try readRules(of: start.root.open(folder), folder, into: &ignores)
                guard !ignores.ignores(name, in: folder, isFolder: true) else {
                    step.skipped += 1
                    return
                }
                folder = folder.appending(name)
            }
            try open(folder, ignores, &step)
        } catch {
            fail(error, start.path, &step)
        }
    }

    private mutating func enter(
        _ name: ArraySlice<UInt8>,
        of parent: FolderPath,
        _ ignores: IgnoreStack,
        _ step: inout FolderWalker.Step
    ) {
        let isHidden = parent.isRoot && root?.hidden.contains(Array(name)) == true
        guard !isHidden, !ignores.ignores(name, in: parent, isFolder: true) else {
            step.skipped += 1
            return
        }
        let folder = parent.appending(name)
        do {
            guard folder.bytes.count <= Self.maxPathBytes else { throw FolderFailure.unreadable(0) }
            try open(folder, ignores, &step)
        } catch {
            fail(error, folder, &step)
        }
    }

    private mutating func open(_ folder: FolderPath, _ ignores: IgnoreStack, _ step: inout FolderWalker.Step) throws {
        guard let root else { return }
        let handle = try root.open(folder)
        let listing = try FolderListing(of: handle)
        var ignores = ignores
        if listing.hasIgnoreFile { try readRules(of: handle, folder, into: &ignores) }
        step.skipped += listing.others
        current = Current(folder: folder, handle: handle, ignores: ignores, listing: listing)
    }

    /// What went in the meantime is no error; what cannot be read keeps what is known of it.
    private func fail(_ error: any Error, _ folder: FolderPath, _ step: inout FolderWalker.Step) {
        guard let root else { return }
        switch error as? FolderFailure {
        case .missing: return
        case .link, .otherKind: step.skipped += 1
        default:
            step.errors += 1
            step.parts.append(.init(root: root, folder: folder, isUnreadable: true))
        }
    }

    /// - Throws: ``FolderFailure`` for a file that is there and cannot be read: better nothing than what was to be left out.
    private func readRules(of handle: FolderHandle, _ folder: FolderPath, into ignores: inout IgnoreStack) throws {
        do {
            let file = try handle.file(IgnoreRules.fileName[...])
            let reader = FileReading(descriptor: file.descriptor)
            guard file.facts.size <= Self.maxIgnoreBytes else { throw FolderFailure.unreadable(0) }
            ignores.push(IgnoreRules(try reader.all(upTo: Int(Self.maxIgnoreBytes))), folder: folder)
        } catch FolderFailure.missing, FolderFailure.link, FolderFailure.otherKind {
        }
    }

    private mutating func takeFiles(_ step: inout FolderWalker.Step, limit: Int) {
        guard var open = current, let root else { return }
        current = nil
        var part = FolderWalker.Part(root: root, folder: open.folder)
        if open.next > 0 { part.after = Array(open.listing.files[open.next - 1]) }
        while open.next < open.listing.files.count, step.files < limit {
            let name = open.listing.files[open.next]
            open.next += 1
            take(name, of: open, into: &part, &step)
        }
        if open.next < open.listing.files.count { part.through = Array(open.listing.files[open.next - 1]) }
        step.parts.append(part)
        if part.isLast {
            if open.listing.folders.count > 0 {
                frames.append(Frame(folder: open.folder, ignores: open.ignores, folders: open.listing.folders))
            }
        } else {
            current = open
        }
    }

    private func take(
        _ name: ArraySlice<UInt8>,
        of open: Current,
        into part: inout FolderWalker.Part,
        _ step: inout FolderWalker.Step
    ) {
        guard !open.ignores.ignores(name, in: open.folder, isFolder: false) else {
            step.skipped += 1
            return
        }
        switch Result(catching: { () throws(FolderFailure) in try open.handle.facts(of: name) }) {
        case .success(let facts) where facts.kind == .file:
            part.files.append(.init(name: Array(name), facts: facts))
            step.files += 1
        case .success: step.skipped += 1
        case .failure(.missing): break
        case .failure:
            step.errors += 1
            part.unreadable.append(Array(name))
        }
    }
}
