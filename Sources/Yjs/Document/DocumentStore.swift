/// All structs of a document and the types they make up.
struct DocumentStore {
    var items: [Item] = []
    private var freeItem: ItemRef = absent
    var arena = ContentArena()
    var types = TypeTable()
    var keys = KeyTable()
    /// Root types by name.
    var roots: [UInt32: UInt32] = [:]

    var clients: [StructList] = []
    var clientIDs: [UInt64] = []
    private var slots: [UInt64: UInt32] = [:]
    /// Slots by descending client id, current at the end of each transaction.
    private(set) var slotOrder: [UInt32] = []

    /// The type that an edit made last, for the item that will hold it.
    var newType: UInt32 = absent

    let collectsGarbage: Bool
    private var transactions: UInt64 = 0

    init(collectsGarbage: Bool) {
        self.collectsGarbage = collectsGarbage
    }

    /// About the size of the encoded state: contents, names, and eight bytes for each struct.
    ///
    /// Without the last, updates of nothing but deleted or nested types would grow a document without end.
    var byteCount: Int { arena.live + keys.byteCount + 8 * items.count }

    mutating func begin() -> Transaction {
        transactions += 1
        return Transaction(number: transactions)
    }

    // MARK: Clients

    func slot(of client: UInt64) -> UInt32? { slots[client] }

    mutating func ensureSlot(of client: UInt64) -> UInt32 {
        if let slot = slots[client] { return slot }
        let slot = UInt32(clients.count)
        clients.append(StructList())
        clientIDs.append(client)
        slots[client] = slot
        return slot
    }

    func state(of client: UInt64) -> UInt64 {
        guard let slot = slots[client] else { return 0 }
        return clients[Int(slot)].nextClock
    }

    /// The state of a client when the transaction began.
    func stateBefore(_ slot: UInt32, _ transaction: Transaction) -> UInt64 {
        let isGrown = clients[Int(slot)].transaction == transaction.number
        return isGrown ? clients[Int(slot)].clockBefore : clients[Int(slot)].nextClock
    }

    /// Brings ``slotOrder`` up to date after clients were added.
    mutating func orderNewClients() {
        let added = clients.count - slotOrder.count
        guard added > 0 else { return }
        if added > 8 {
            let ids = clientIDs
            slotOrder = (0..<UInt32(clients.count)).sorted { ids[Int($0)] > ids[Int($1)] }
            return
        }
        for slot in UInt32(slotOrder.count)..<UInt32(clients.count) {
            let id = clientIDs[Int(slot)]
            let place = slotOrder.firstIndex { clientIDs[Int($0)] < id } ?? slotOrder.count
            slotOrder.insert(slot, at: place)
        }
    }

    // MARK: Structs

    /// The struct that covers a clock.
    func find(_ slot: UInt32, _ clock: UInt64) -> ItemRef? {
        guard let position = clients[Int(slot)].position(of: clock, in: items) else { return nil }
        return clients[Int(slot)][position]
    }

    func find(_ id: YID) -> ItemRef? {
        slots[id.client].flatMap { find($0, id.clock) }
    }

    mutating func addItem(_ item: Item) -> ItemRef {
        guard freeItem != absent else {
            items.append(item)
            return ItemRef(items.count - 1)
        }
        let ref = freeItem
        freeItem = items[Int(ref)].right
        items[Int(ref)] = item
        return ref
    }

    mutating func freeItem(_ ref: ItemRef) {
        items[Int(ref)] = Item(clock: 0, length: 0, client: absent, right: freeItem, kind: Item.free)
        freeItem = ref
    }

    /// Adds a struct at the end of its client's list.
    mutating func append(_ ref: ItemRef, _ transaction: inout Transaction) {
        let slot = Int(items[Int(ref)].client)
        if clients[slot].transaction != transaction.number {
            clients[slot].transaction = transaction.number
            clients[slot].clockBefore = clients[slot].nextClock
            transaction.grown.append(UInt32(slot))
        }
        clients[slot].append(ref, clock: items[Int(ref)].clock, length: items[Int(ref)].length)
    }

    // MARK: Types

    /// The root type of a name, made if it is new.
    mutating func ensureRoot(_ name: ArraySlice<UInt8>) -> UInt32 {
        let key = keys.intern(name)
        if let type = roots[key] { return type }
        let type = types.add(TypeRecord(name: key))
        roots[key] = type
        return type
    }

    /// The root type of a name, if something mentioned it.
    func root(_ name: String) -> UInt32? {
        keys.find(ArraySlice(name.utf8)).flatMap { roots[$0] }
    }

    /// The names of the roots above some types; each type on the way is visited once.
    func rootNames(of changed: Set<UInt32>) -> [String] {
        var visited: Set<UInt32> = []
        var names: [String] = []
        for type in changed {
            var current = type
            while visited.insert(current).inserted {
                guard types[current].item != absent else {
                    if types[current].name != absent { names.append(keys.text(types[current].name)) }
                    break
                }
                let item = items[Int(types[current].item)]
                guard item.parent != absent, !item.isGC else { break }
                current = item.parent
            }
        }
        return names
    }
}
