/// All structs of a document and the types they make up.
struct DocumentStore {
    var items: [Item] = []
    private var freeItem: ItemRef = absent
    private var freeItemCount = 0
    /// Bytes of names in all structs that were ever added.
    private var nameBytes = 0
    var arena = ContentArena()
    var types = TypeTable()
    var keys = KeyTable()
    /// Root types by name.
    var roots: [UInt32: UInt32] = [:]

    var clients: [StructList] = []
    private(set) var clientIDs = ClientTable()
    /// Slots by descending client id, current at the end of each transaction.
    private(set) var slotOrder: [UInt32] = []

    /// The type that an edit made last, for the item that will hold it.
    var newType: UInt32 = absent

    let collectsGarbage: Bool
    private var transactions: UInt64 = 0

    init(collectsGarbage: Bool) {
        self.collectsGarbage = collectsGarbage
    }

    mutating func begin() -> Transaction {
        transactions += 1
        return Transaction(number: transactions)
    }

    // MARK: Clients

    func slot(of client: UInt64) -> UInt32? { clientIDs.slot(of: client) }

    mutating func ensureSlot(of client: UInt64) -> UInt32 {
        if let slot = clientIDs.slot(of: client) { return slot }
        clients.append(StructList())
        return clientIDs.add(client)
    }

    func state(of client: UInt64) -> UInt64 {
        guard let slot = slot(of: client) else { return 0 }
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
            slotOrder = (0..<UInt32(clients.count)).sorted { ids[$0] > ids[$1] }
            return
        }
        for slot in UInt32(slotOrder.count)..<UInt32(clients.count) {
            let id = clientIDs[slot]
            let place = slotOrder.firstIndex { clientIDs[$0] < id } ?? slotOrder.count
            slotOrder.insert(slot, at: place)
        }
    }

    // MARK: Structs

    /// The struct that covers a clock.
    func find(_ slot: UInt32, _ clock: UInt64) -> ItemRef? {
        guard let position = clients[Int(slot)].position(of: clock) else { return nil }
        return clients[Int(slot)][position]
    }

    func find(_ id: YID) -> ItemRef? {
        slot(of: id.client).flatMap { find($0, id.clock) }
    }

    mutating func addItem(_ item: Item) -> ItemRef {
        guard freeItem != absent else {
            items.append(item)
            return ItemRef(items.count - 1)
        }
        let ref = freeItem
        freeItemCount -= 1
        freeItem = items[Int(ref)].right
        items[Int(ref)] = item
        return ref
    }

    mutating func freeItem(_ ref: ItemRef) {
        items[Int(ref)] = Item(clock: 0, length: 0, client: absent, right: freeItem, kind: Item.free)
        freeItem = ref
        freeItemCount += 1
    }

    /// An estimate from above of the bytes of the encoded state.
    var encodedBound: Int {
        (items.count - freeItemCount + clients.count + 1) * 64 + arena.live + keys.byteCount + nameBytes
    }

    /// Counts the names that an item repeats: of its parent and key, and of the type that it holds.
    ///
    /// The tables hold them once, but the state has them in each such struct.
    mutating func noteNames(of item: Item) {
        if item.kind == ContentRef.type, types[item.content].name != absent {
            nameBytes += keys[types[item.content].name].count
        }
        guard item.originClient == absent, item.rightOriginClient == absent else { return }
        let parent = types[item.parent]
        if parent.item == absent, parent.name != absent { nameBytes += keys[parent.name].count }
        if item.parentSub != absent { nameBytes += keys[item.parentSub].count }
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

    /// The names of the roots above types.
    ///
    /// Each type on the way up is passed once, so that deep nesting stays cheap.
    func rootNames(above types: some Sequence<UInt32>) -> [String] {
        var passed: Set<UInt32> = []
        var names: [UInt32] = []
        for type in types {
            var current = type
            while passed.insert(current).inserted {
                let record = self.types[current]
                if record.item == absent {
                    if record.name != absent { names.append(record.name) }
                    break
                }
                let item = items[Int(record.item)]
                guard item.parent != absent, !item.isGC else { break }
                current = item.parent
            }
        }
        return names.map { keys.text($0) }.sorted(by: UTF8Text.precedesByUTF16)
    }
}
