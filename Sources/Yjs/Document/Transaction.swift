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
    /// Surrogate pairs that splits divided, so that they can be put together again.
    var dividedPairs: [DividedPair] = []
    /// Types whose list or map changed.
    var changedTypes: Set<UInt32> = []
    /// Steps of conflict scans, and what slow splits cost, in units about as expensive.
    var conflictSteps = 0

    private var lastChanged: UInt32 = absent

    init(number: UInt64) {
        self.number = number
    }

    /// A clock of the client in a slot.
    struct SlotID {
        var slot: UInt32
        var clock: UInt64
    }

    /// A character whose halves became U+FFFD.
    struct DividedPair {
        /// The unit of the right half.
        var right: SlotID
        /// The character's four bytes.
        var bytes: [UInt8]
    }

    /// Fails once the work exceeds a limit.
    func checkSteps(_ limit: Int) throws(YjsError) {
        guard conflictSteps <= limit else { throw .integrationTooExpensive(limit: limit) }
    }

    mutating func noteChange(of type: UInt32) {
        guard type != lastChanged else { return }
        lastChanged = type
        changedTypes.insert(type)
    }
}
