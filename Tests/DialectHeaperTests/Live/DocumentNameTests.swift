import CofferCore
import Testing

@testable import DialectHeaper

@Suite("Heaper: names of documents")
struct DocumentNameTests {
    private static let block = BlockID(unchecked: "b1")

    @Test func formsOfTheContract() {
        #expect(DocumentName("h1:b1", defaultHeap: nil) == .block(Self.block, heap: "h1", version: nil))
        #expect(DocumentName("h1:b1:v7", defaultHeap: "x") == .block(Self.block, heap: "h1", version: 7))
        #expect(DocumentName("block/b1", defaultHeap: "h1") == .block(Self.block, heap: "h1", version: nil))
        #expect(DocumentName("block/b1", defaultHeap: nil) == .block(Self.block, heap: nil, version: nil))
        #expect(DocumentName("workspace/h1", defaultHeap: nil) == .heap("h1"))
    }

    @Test(arguments: [
        "", ":", "b1", "h1:", ":b1", "h1:b1:", "h1:b1:7", "h1:b1:v", "h1:b1:v0", "h1:b1:v-1", "h1:b1:v+1", "h1:b1:v1:x",
        "h1:b1:v99999999999999999", "h1:b1:v9007199254740992", "h1:b1:v１", "block/", "block/a/b", "block/é",
        "workspace/",
        "workspace/h1:b1", "h 1:b1", "h1/b1", "../x:y",
    ])
    func otherFormsAreNone(_ text: String) {
        #expect(DocumentName(text, defaultHeap: "h1") == nil)
    }

    // MARK: Admission

    private static func heap(_ role: Role = .owner) -> HeapPlace {
        HeapPlace(
            heap: HeapID(unchecked: "h1"),
            indexBlock: BlockID(unchecked: "i1"),
            owner: UserID(unchecked: "u1"),
            role: role,
            isEncrypted: false
        )
    }

    private static func place(_ role: Role = .owner) -> BlockPlace {
        BlockPlace(block: block, heap: heap(role), version: 5, floor: 3, deletedAt: nil)
    }

    @Test(arguments: [nil, 3, 4, 5] as [Int64?]) func versionsFromTheFloorOnOpen(_ version: Int64?) {
        let admission = LiveAdmission(.present(Self.place()), of: Self.block, version: version)
        #expect(admission == .admitted(.document(DocumentTarget(Self.place())), isReadOnly: false))
    }

    @Test(arguments: [1, 2, 6] as [Int64]) func otherVersionsAreDeniedWithTheRightOne(_ version: Int64) {
        let admission = LiveAdmission(.present(Self.place()), of: Self.block, version: version)
        #expect(admission == .denied(reason: "version-mismatch:v5"))
    }

    @Test func rolesDecideWhoMayWrite() {
        for role in [Role.owner, .editor, .viewer] {
            let present = LiveAdmission(.present(Self.place(role)), of: Self.block, version: nil)
            let isReadOnly = role == .viewer
            #expect(present == .admitted(.document(DocumentTarget(Self.place(role))), isReadOnly: isReadOnly))
            let absent = LiveAdmission(.absent(Self.heap(role)), of: Self.block, version: 4)
            let target = DocumentTarget(new: Self.block, in: Self.heap(role), version: 4)
            #expect(absent == .admitted(.document(target), isReadOnly: isReadOnly))
        }
    }

    @Test func theRestIsDenied() {
        let purged = BlockStanding.purged(Self.heap(), at: .init(milliseconds: 1))
        #expect(LiveAdmission(purged, of: Self.block, version: nil) == .denied(reason: "deleted"))
        #expect(LiveAdmission(.denied, of: Self.block, version: 3) == .denied(reason: "permission-denied"))
        #expect(LiveAdmission(nil) == .denied(reason: "permission-denied"))
        #expect(LiveAdmission(Self.heap()) == .admitted(.heap(HeapID(unchecked: "h1")), isReadOnly: true))
    }
}
