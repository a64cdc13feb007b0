@testable import Yjs

/// Finds what is wrong inside a document; used by the property tests and by the fuzzer.
///
/// Between transactions every client's structs follow each other without gaps, the links of lists and keys agree with
/// each other, the recorded deleted ranges are those of the structs, and contents lie inside the arena.
struct StoreChecks {
    private let store: DocumentStore
    private(set) var problems: [String] = []

    init(_ document: YDocument) {
        store = document.store
        var linked: [ItemRef] = []
        for slot in store.clients.indices { linked += checkClient(UInt32(slot)) }
        for ref in linked { checkLinks(ref) }
        checkTypes()
        checkContents(linked)
    }

    private mutating func note(_ condition: Bool, _ problem: @autoclosure () -> String) {
        if !condition, problems.count < 8 { problems.append(problem()) }
    }

    /// Checks the clocks and the deleted ranges; answers the items that are no GC.
    private mutating func checkClient(_ slot: UInt32) -> [ItemRef] {
        let list = store.clients[Int(slot)]
        var clock: UInt64 = 0
        var linked: [ItemRef] = []
        var deleted: [ClientRange] = []
        var position = list.position(of: 0)
        while let current = position {
            let ref = list[current]
            let item = store.items[Int(ref)]
            note(item.client == slot, "struct of another client at \(slot):\(clock)")
            note(item.clock == clock, "struct at \(slot):\(item.clock) instead of \(clock)")
            note(item.length > 0 && item.kind != Item.free, "no struct at \(slot):\(clock)")
            note(list.position(of: item.end - 1).map { list[$0] } == ref, "lost \(slot):\(clock)")
            if item.isDeleted {
                deleted.append(ClientRange(client: UInt64(slot), clock: item.clock, length: item.length))
            }
            if !item.isGC { linked.append(ref) }
            clock = item.end
            position = list.after(current)
        }
        note(clock == list.nextClock, "client \(slot) ends at \(clock) instead of \(list.nextClock)")
        DeleteSet.normalize(&deleted)
        let recorded = list.deleted.map { ClientRange(client: UInt64(slot), clock: $0.clock, length: $0.length) }
        note(deleted == recorded, "deleted ranges of client \(slot) are not those of its structs")
        return linked
    }

    private mutating func checkLinks(_ ref: ItemRef) {
        let item = store.items[Int(ref)]
        let name = "\(item.client):\(item.clock)"
        note(item.parent != absent, "item \(name) has no parent")
        guard item.parent != absent else { return }
        if item.left != absent {
            note(store.items[Int(item.left)].right == ref, "left neighbour of \(name) has another right one")
            note(store.items[Int(item.left)].parent == item.parent, "left neighbour of \(name) is elsewhere")
            note(store.items[Int(item.left)].parentSub == item.parentSub, "left neighbour of \(name) has another key")
        } else if item.parentSub == absent {
            note(store.types[item.parent].start == ref, "item \(name) is no head")
        }
        if item.right != absent {
            note(store.items[Int(item.right)].left == ref, "right neighbour of \(name) has another left one")
            note(item.parentSub == absent || item.isDeleted, "overwritten value \(name) lives")
        } else if item.parentSub != absent {
            note(store.types.last(item.parent, item.parentSub) == ref, "item \(name) is not the last of its key")
        }
        if item.kind == ContentRef.type {
            note(store.types[item.content].item == ref, "type in \(name) belongs to another item")
        }
        let holder = store.types[item.parent].item
        if holder != absent {
            note(store.items[Int(holder)].kind == ContentRef.type, "item \(name) is inside of nothing")
            note(!store.items[Int(holder)].isDeleted || item.isDeleted, "item \(name) lives in a deleted type")
        }
        if store.collectsGarbage, item.isDeleted {
            note(item.kind == ContentRef.deleted, "deleted item \(name) keeps its content")
        }
    }

    /// No list runs in a circle, and its links lead back.
    private mutating func checkTypes() {
        for (index, type) in store.types.types.enumerated() where type.item != absent || type.name != absent {
            var left = absent
            var next = type.start
            var steps = 0
            while next != absent, steps <= store.items.count {
                note(store.items[Int(next)].left == left, "list of type \(index) does not lead back")
                (left, next) = (next, store.items[Int(next)].right)
                steps += 1
            }
            note(steps <= store.items.count, "list of type \(index) runs in a circle")
        }
    }

    private mutating func checkContents(_ linked: [ItemRef]) {
        var total = 0
        for ref in linked where store.items[Int(ref)].kind != ContentRef.type {
            let item = store.items[Int(ref)]
            total += Int(item.contentBytes)
            let isInside = item.contentBytes == 0 || item.contentRange.upperBound <= store.arena.bytes.count
            note(isInside, "content of \(item.client):\(item.clock) is outside")
        }
        let (size, bound) = (store.encodedBytes(), store.encodedBound)
        note(size == store.encode(from: StateVector()).count, "the state is not the \(size) bytes that were counted")
        note(size <= bound, "the state has \(size) bytes, at most \(bound) were expected")
        let counted = store.arena.live
        note(total == counted, "\(total) bytes of content, \(counted) counted")
    }
}

/// What a state must keep when it is written and read again.
enum RoundTrip {
    /// Problems of a document: those of its store, and differences after writing and reading its state.
    static func problems(of document: YDocument, comparesViews: Bool = true) -> [String] {
        var problems = StoreChecks(document).problems
        let state = document.encodeState()
        guard let copy = try? YDocument(state: state, collectsGarbage: document.store.collectsGarbage) else {
            return problems + ["its state cannot be read"]
        }
        if copy.encodeState() != state { problems.append("its state is another after reading it") }
        if copy.stateVector != document.stateVector { problems.append("its clocks are others after reading it") }
        if copy.hasPendingData != document.hasPendingData { problems.append("it waits for other data") }
        if comparesViews, ReadableView(copy) != ReadableView(document) {
            problems.append("its view is another after reading it")
        }
        problems += StoreChecks(copy).problems
        if !document.hasPendingData { problems += gaps(in: state, document.stateVector) }
        return problems
    }

    /// A state without pending data covers every clock from 0 to the state vector.
    private static func gaps(in state: [UInt8], _ stateVector: StateVector) -> [String] {
        guard let scan = try? ScannedUpdate(state, limits: .unchecked) else { return ["its state cannot be scanned"] }
        var covered = StateVector()
        for block in scan.blocks {
            if block.firstClock != 0 { return ["client \(block.client) starts at \(block.firstClock)"] }
            if scan.records[block.records].contains(where: \.isSkip) { return ["client \(block.client) has a gap"] }
            covered[block.client] = scan.records[block.records].last?.endClock ?? 0
        }
        return covered == stateVector ? [] : ["its state does not reach its state vector"]
    }
}
