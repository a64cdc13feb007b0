import Testing

@testable import Yjs

@Suite("Clean-up after a transaction")
struct CleanupTests {
    /// Client 5 overwrites a value of a nested map between two values that it deletes with their own types.
    @Test func overwrittenValuesOfADeletedMapFuseWithTheirNeighbours() throws {
        var document = YDocument()
        var nested = YTypeID.root("m")
        try document.edit(as: 1) { (edit) throws(YjsError) in
            nested = try edit.setType(.map, forKey: "n", in: .root("m"))
        }
        try document.edit(as: 5) { (edit) throws(YjsError) in
            try edit.setType(.map, forKey: "a", in: nested)
            try edit.set(.number(1), forKey: "k", in: nested)
        }
        try document.edit(as: 6) { (edit) throws(YjsError) in try edit.set(.number(2), forKey: "k", in: nested) }
        try document.edit(as: 1) { (edit) throws(YjsError) in try edit.remove(forKey: "n", in: .root("m")) }
        let state = document.encodeState()
        expectSame(try YDocument(state: state).encodeState(), state)
        let scan = try ScannedUpdate(state, limits: .network)
        #expect(scan.records.filter(\.isGC).map(\.length) == [1, 2])
    }
}
