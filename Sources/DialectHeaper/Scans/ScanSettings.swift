import CofferCore

/// Where the folders of heaps are on this machine.
struct ScanSettings: Sendable {
    /// A folder of the operator's that is part of one heap.
    struct Mount: Equatable, Sendable {
        let heap: HeapID
        /// The first name of the paths in it.
        let name: String
        /// An absolute path.
        let path: String
    }

    /// Holds `<user id>/<heap id>` for each heap that has files there; nil for `heaps` in the data directory.
    var storage: String?
    var mounts: [Mount]

    init(_ settings: SettingsGroup) throws {
        storage = try settings.parsed(
            "storage",
            default: nil,
            expectation: "a path"
        ) { text -> String?? in text.isEmpty ? .some(nil) : .some(text) }
        mounts = try settings.parsed(
            "mounts",
            default: [],
            expectation:
                "<heap id>:<name>=<absolute path> for each, separated by commas, such as 01J…:photos=/srv/photos",
            Self.mounts
        )
    }

    private static func mounts(_ text: String) -> [Mount]? {
        var mounts: [Mount] = []
        for entry in text.split(separator: ",") {
            guard let mount = mount(String(entry.drop { $0 == " " })) else { return nil }
            guard !mounts.contains(where: { $0.heap == mount.heap && $0.name == mount.name }) else { return nil }
            mounts.append(mount)
        }
        return mounts
    }

    private static func mount(_ entry: String) -> Mount? {
        guard let colon = entry.firstIndex(of: ":"), let heap = HeapID(entry[..<colon]) else { return nil }
        let rest = entry[entry.index(after: colon)...]
        guard let equals = rest.firstIndex(of: "=") else { return nil }
        let (name, path) = (String(rest[..<equals]), String(rest[rest.index(after: equals)...]))
        // A name is one that could be a folder's.
        guard Identifiers.isValid(name), path.hasPrefix("/"), !path.utf8.contains(0) else { return nil }
        return Mount(heap: heap, name: name, path: path)
    }
}
