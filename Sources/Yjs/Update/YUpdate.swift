/// Operations on encoded updates that need no document.
///
/// Updates are `varuint(clientCount) clientBlock* deleteSet`, version 1. Version 2 is recognised and converted on
/// input; output is always version 1. Every function checks its whole input first and throws ``YjsError`` for
/// malformed bytes.
public enum YUpdate {
    /// The update that changes nothing.
    public static let empty: [UInt8] = [0, 0]

    /// Merges updates into one that has the effect of all of them, in whatever order they are given.
    ///
    /// A single update is returned as it is. Stretches that no update covers become Skip structs.
    ///
    /// - Parameters:
    ///   - updates: the updates.
    ///   - limits: bounds on every single input.
    /// - Returns: the merged update.
    /// - Throws: ``YjsError`` if one of the updates is malformed.
    public static func merge(_ updates: [[UInt8]], limits: YLimits = .storage) throws(YjsError) -> [UInt8] {
        var scan = ScannedUpdate()
        for update in updates { try scan.addAnyVersion(update, limits: limits) }
        if updates.count == 1, let only = scan.sources.first { return only }
        DeleteSet.normalize(&scan.deletes)
        return encode(scan)
    }

    /// Writes scanned updates, whose deletes are normalised, as one.
    static func encode(_ scan: ScannedUpdate) -> [UInt8] {
        let runs = scan.sortedByClient()
        var body = Lib0Encoder(capacity: scan.sources.reduce(0) { $0 + $1.count })
        var block = BlockEncoder()
        var count: UInt64 = 0
        for run in runs where block.write(run, sources: scan.sources, into: &body) { count += 1 }
        DeleteSet.write(scan.deletes, into: &body)
        return prefixed(body, count: count)
    }

    /// Puts the count of blocks in front.
    static func prefixed(_ body: Lib0Encoder, count: UInt64) -> [UInt8] {
        var encoder = Lib0Encoder(capacity: body.bytes.count + 8)
        encoder.writeVarUint(count)
        encoder.bytes.append(contentsOf: body.bytes)
        return encoder.bytes
    }

    /// Leaves out of an update what a state vector already covers.
    ///
    /// - Parameters:
    ///   - update: the update.
    ///   - stateVector: what the receiver has.
    ///   - limits: bounds on the input.
    /// - Returns: the rest; its delete set is that of `update`.
    /// - Throws: ``YjsError`` if the update is malformed.
    public static func diff(
        _ update: [UInt8],
        from stateVector: StateVector,
        limits: YLimits = .storage
    ) throws(YjsError) -> [UInt8] {
        try Self.anyVersion(update, limits: limits) { (bytes) throws(YjsError) in
            try UpdateDiffer.diff(bytes, from: stateVector)
        }
    }

    /// Computes the state vector of a document that applied nothing but this update.
    ///
    /// - Parameters:
    ///   - update: the update.
    ///   - limits: bounds on the input.
    /// - Returns: the encoded state vector, entries in the order of the update's blocks.
    /// - Throws: ``YjsError`` if the update is malformed.
    public static func encodeStateVector(
        of update: [UInt8],
        limits: YLimits = .storage
    ) throws(YjsError) -> [UInt8] {
        try Self.anyVersion(update, limits: limits) { (bytes) throws(YjsError) in
            try UpdateDiffer.stateVector(of: bytes)
        }
    }

    /// Hands an update to `body`; if it fails as version 1, tries it as version 2.
    private static func anyVersion(
        _ update: [UInt8],
        limits: YLimits,
        _ body: ([UInt8]) throws(YjsError) -> [UInt8]
    ) throws(YjsError) -> [UInt8] {
        guard update.count <= limits.maxUpdateBytes else {
            throw .updateTooLarge(bytes: update.count, limit: limits.maxUpdateBytes)
        }
        do throws(YjsError) {
            return try body(update)
        } catch {
            guard update.first == 0 else { throw error }
            guard let converted = try? UpdateV2.convert(update, limits: limits) else {
                throw .unsupportedUpdateFormat
            }
            return try body(converted)
        }
    }

    /// Lists which clocks an update contributes.
    ///
    /// - Parameters:
    ///   - update: the update.
    ///   - limits: bounds on the input.
    /// - Returns: per block, the stretch from its first to its last clock.
    /// - Throws: ``YjsError`` if the update is malformed.
    public static func meta(of update: [UInt8], limits: YLimits = .storage) throws(YjsError) -> [ClientRange] {
        let scan = try ScannedUpdate(anyVersion: update, limits: limits)
        var ranges: [ClientRange] = []
        for block in scan.blocks {
            guard let last = scan.records[block.records].last else { continue }
            let length = last.endClock - block.firstClock
            ranges.append(ClientRange(client: block.client, clock: block.firstClock, length: length))
        }
        return ranges
    }
}

extension ScannedUpdate {
    /// Scans an update of version 1, or converts one of version 2 first.
    init(anyVersion update: [UInt8], limits: YLimits) throws(YjsError) {
        try addAnyVersion(update, limits: limits)
    }

    /// Scans another update; bytes that fail as version 1 and start with `00` are tried as version 2.
    mutating func addAnyVersion(_ update: [UInt8], limits: YLimits) throws(YjsError) {
        let (recordCount, blockCount, deleteCount) = (records.count, blocks.count, deletes.count)
        do throws(YjsError) {
            try add(update, limits: limits)
        } catch {
            guard update.first == 0, update.count <= limits.maxUpdateBytes else { throw error }
            records.removeLast(records.count - recordCount)
            blocks.removeLast(blocks.count - blockCount)
            deletes.removeLast(deletes.count - deleteCount)
            guard let converted = try? UpdateV2.convert(update, limits: limits) else {
                throw .unsupportedUpdateFormat
            }
            try add(converted, limits: limits)
        }
    }
}
