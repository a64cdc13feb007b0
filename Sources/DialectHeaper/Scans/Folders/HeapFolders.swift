/// Knows which folders of this machine belong to a heap.
///
/// A heap's tree is the folder `<storage>/<owner's id>/<heap's id>`, with each of its mounts as a folder at the top; a
/// mount hides a folder of its name.
struct HeapFolders: Sendable {
    typealias Start = (root: FolderRoot, path: FolderPath)

    let storage: String
    let mounts: [ScanSettings.Mount]

    init(_ settings: ScanSettings, dataPath: String) {
        storage = settings.storage ?? "\(dataPath)/heaps"
        mounts = settings.mounts
    }

    /// All roots of a heap.
    func roots(of heap: HeapID, owner: UserID) -> [FolderRoot] {
        let mounted = mounts.filter { $0.heap == heap }
        let own = FolderRoot(
            name: "",
            base: storage,
            below: [owner.text, heap.text],
            hidden: Set(mounted.map { Array($0.name.utf8) })
        )
        return [own] + mounted.map { FolderRoot(name: $0.name, base: $0.path) }
    }

    /// Where to look for a path of a heap's tree; what is not there is left out.
    ///
    /// It blocks.
    ///
    /// - Throws: ``ScanFailure`` when nothing is there, or not to be entered.
    func starts(_ path: FolderPath, in heap: HeapID, owner: UserID) throws(ScanFailure) -> [Start] {
        let roots = roots(of: heap, owner: owner)
        let wanted: [Start]
        if let (first, rest) = path.split {
            let mount = roots.first { !$0.name.isEmpty && first.elementsEqual($0.name.utf8) }
            wanted = [mount.map { ($0, rest) } ?? (roots[0], path)]
        } else {
            wanted = roots.map { ($0, .root) }
        }
        var (found, failure) = ([Start](), ScanFailure.folderNotFound)
        for start in wanted {
            do throws(FolderFailure) {
                _ = try start.root.open(start.path)
                found.append(start)
            } catch {
                if let reason = Self.failure(error) { failure = reason }
            }
        }
        guard !found.isEmpty else { throw failure }
        return found
    }

    private static func failure(_ failure: FolderFailure) -> ScanFailure? {
        switch failure {
        case .missing, .otherKind: nil
        case .link: .pathOutsideRoot
        case .unreadable: .folderUnreadable
        }
    }
}
