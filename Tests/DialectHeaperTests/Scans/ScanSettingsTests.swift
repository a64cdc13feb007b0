import CofferCore
import Testing

@testable import DialectHeaper

@Suite("Heaper scans: settings")
struct ScanSettingsTests {
    private func settings(_ values: [String: String]) throws -> ScanSettings {
        try ScanSettings(SettingsGroup { name in values[name].map { .init(text: $0, origin: name) } })
    }

    @Test func storageLiesInTheDataDirectoryUnlessSet() throws {
        let user = UserID(unchecked: "U")
        let folders = HeapFolders(try settings([:]), dataPath: "/data")
        let root = FolderRoot(name: "", base: "/data/heaps", below: ["U", "H"])
        #expect(folders.roots(of: HeapID(unchecked: "H"), owner: user) == [root])
        #expect(HeapFolders(try settings(["storage": "/srv/h"]), dataPath: "/data").storage == "/srv/h")
        #expect(HeapFolders(try settings(["storage": ""]), dataPath: "/data").storage == "/data/heaps")
    }

    @Test func mountsBelongToTheirHeap() throws {
        let folders = HeapFolders(
            try settings(["mounts": "H:photos=/srv/a=b, H:music=/m,X:photos=/x"]),
            dataPath: "/data"
        )
        let roots = folders.roots(of: HeapID(unchecked: "H"), owner: UserID(unchecked: "U"))
        #expect(roots.map(\.name) == ["", "photos", "music"])
        #expect(roots.map(\.base) == ["/data/heaps", "/srv/a=b", "/m"])
        #expect(roots[0].hidden == [Array("photos".utf8), Array("music".utf8)])
    }

    @Test(arguments: [
        "H", "H:photos", "H=/srv", "H:=/srv", "H:a/b=/srv", "H:..=/srv", "H:p=srv", ":p=/srv", "H h:p=/srv",
        "H:p=/a,H:p=/b",
    ])
    func malformedMountsStopTheStart(_ text: String) {
        #expect(throws: SettingsGroup.Malformed.self) { try settings(["mounts": text]) }
    }
}
