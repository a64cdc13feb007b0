import Testing

@testable import Yjs

@Suite("Clean-up after a transaction")
struct CleanupTests {
    /// What was inside "a" is a GC already when the overwritten value beside it becomes one.
    @Test func overwrittenValuesOfADeletedMapFuseWithTheirNeighbours() throws {
        var document = YDocument()
        var nested = YTypeID.root("m")
        try document.edit(as: 1) { (edit) throws(YjsError) in
            nested = try edit.setType(.map, forKey: "n", in: .root("m"))
        }
        try document.edit(as: 5) { (edit) throws(YjsError) in
            let inner = try edit.setType(.map, forKey: "a", in: nested)
            try edit.set(.number(0), forKey: "b", in: inner)
            try edit.remove(forKey: "a", in: nested)
        }
        try document.edit(as: 5) { (edit) throws(YjsError) in try edit.set(.number(1), forKey: "k", in: nested) }
        try document.edit(as: 6) { (edit) throws(YjsError) in try edit.set(.number(2), forKey: "k", in: nested) }
        try document.edit(as: 1) { (edit) throws(YjsError) in try edit.remove(forKey: "n", in: .root("m")) }
        let state = document.encodeState()
        expectSame(try YDocument(state: state).encodeState(), state)
        let scan = try ScannedUpdate(state, limits: .network)
        #expect(scan.records.filter(\.isGC).map(\.length) == [1, 3])
    }
}
