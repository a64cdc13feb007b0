/// What one change did to the store so far; the clean-up at its end works from these notes.
struct Transaction {
    /// Number of the transaction, counted up from 1.
    let number: UInt64
    /// Slots of clients that grew.
    var grown: [UInt32] = []
    /// Deleted units, by slot instead of client id.
    var deleted: [ClientRange] = []
    /// GC structs that arrived, by slot; they count as deleted but were not deleted now.
    var arrivedAsGC: [ClientRange] = []
    /// Structs that may fuse with their neighbours although they are neither new nor deleted.
    var fusible: [SlotID] = []
    /// Types whose list or map changed.
    private(set) var changedTypes: Set<UInt32> = []
    /// Map entries that changed, type and key in one number; some more than once.
    private(set) var changedKeys: [UInt64] = []
    /// Whether anybody wants to know what changed.
    var isDescribed = true
    /// Steps of conflict scans, and of looking for places to cut lists at.
    var conflictSteps = 0

    /// Surrogate pairs of which each half is U+FFFD now; needed to undo the transaction.
    private(set) var dividedPairs: [DividedPair] = []

    var visited = VisitedItems()

    private var lastChanged: UInt32 = absent

    init(number: UInt64) {
        self.number = number
    }

    /// A clock of the client in a slot.
    struct SlotID {
        var slot: UInt32
        var clock: UInt64
    }

    /// A surrogate pair that was divided before a clock.
    struct DividedPair {
        var slot: UInt32
        var clock: UInt64
        /// The pair as UTF-8.
        var bytes: [UInt8]
    }

    /// Fails once the work exceeds a limit.
    func checkSteps(_ limit: Int) throws(YjsError) {
        guard conflictSteps <= limit else { throw .integrationTooExpensive(limit: limit) }
    }

    mutating func noteDividedPair(_ slot: UInt32, _ clock: UInt64, _ bytes: ArraySlice<UInt8>) {
        dividedPairs.append(DividedPair(slot: slot, clock: clock, bytes: Array(bytes)))
    }

    mutating func noteChange(of type: UInt32, key: UInt32) {
        guard isDescribed else { return }
        if key != absent, changedKeys.last != UInt64(type) << 32 | UInt64(key) {
            changedKeys.append(UInt64(type) << 32 | UInt64(key))
        }
        guard type != lastChanged else { return }
        lastChanged = type
        changedTypes.insert(type)
    }
}
