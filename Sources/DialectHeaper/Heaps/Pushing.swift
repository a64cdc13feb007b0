import CofferCore
import Yjs

/// Applies what a client pushes.
struct Pushing: Sendable {
    /// Documents that are changed at the same time, so that one commit takes many of them.
    private static let width = 256
    /// What JavaScript counts exactly.
    private static let maxVersion: Int64 = (1 << 53) - 1

    let life: BlockLife

    /// An entry and where it goes.
    private struct Job: Sendable {
        let index: Int
        let entry: SyncEntry
        let standing: BlockStanding
    }

    /// One result for each entry, in their order; entries of the same block apply in theirs.
    ///
    /// - Throws: ``StorageError``; what was applied by then stays.
    func push(_ entries: [SyncEntry], by user: UserID) async throws -> [SyncResult] {
        var results = entries.map { SyncResult($0, .invalid, Self.flaw(of: $0)) }
        let sound = entries.indices.filter { results[$0].sentence == nil }
        let asked = sound.map { (block: BlockID(unchecked: entries[$0].name ?? ""), heap: entries[$0].workspace) }
        let standings = try await life.places.standings(of: asked, for: user)
        var jobs: [BlockID: [Job]] = [:]
        for (index, (asked, standing)) in zip(sound, zip(asked, standings)) {
            jobs[asked.block, default: []].append(Job(index: index, entry: entries[index], standing: standing))
        }
        try await withThrowingTaskGroup(of: [(Int, SyncResult)].self) { group in
            var running = 0
            for jobs in jobs.values {
                if running >= Self.width, let done = try await group.next() {
                    for (index, result) in done { results[index] = result }
                }
                running += 1
                group.addTask { try await push(jobs, by: user) }
            }
            for try await done in group {
                for (index, result) in done { results[index] = result }
            }
        }
        return results
    }

    /// What is wrong with the form of an entry; nil for nothing.
    private static func flaw(of entry: SyncEntry) -> String? {
        if entry.isBroken { return "A member has another type than it must have" }
        if entry.block == nil { return "block_id is not a valid id" }
        if !(0...maxVersion).contains(entry.version ?? 1) { return "sync_version is out of range" }
        if entry.stateVector == .unreadable { return "state_vector is none of the forms of bytes" }
        return entry.update.bytes?.isEmpty == false ? nil : "update is missing, empty or none of the forms of bytes"
    }

    private func push(_ jobs: [Job], by user: UserID) async throws -> [(Int, SyncResult)] {
        var results: [(Int, SyncResult)] = []
        var isMade = false
        for job in jobs {
            let result = try await push(job, isMade: isMade, by: user)
            isMade = isMade || result.status == .created
            results.append((job.index, result))
        }
        return results
    }

    /// `isMade`: an entry before this one made the block.
    private func push(_ job: Job, isMade: Bool, by user: UserID) async throws -> SyncResult {
        switch job.standing {
        case .denied: return SyncResult(job.entry, .forbidden)
        case .purged: return SyncResult(job.entry, .deleted)
        case .absent(let heap):
            guard heap.role.mayWrite else { return SyncResult(job.entry, .forbidden) }
            if isMade { return try await pushAgain(job, by: user) }
            let version = max(job.entry.version ?? 1, 1)
            let target = DocumentTarget(new: BlockID(unchecked: job.entry.name ?? ""), in: heap, version: version)
            return try await make(job.entry, target, by: user)
        case .present(let place):
            guard place.heap.role.mayWrite else { return SyncResult(job.entry, .forbidden) }
            return try await change(job.entry, place, by: user)
        }
    }

    /// An entry for a block that did not exist when the request came.
    private func pushAgain(_ job: Job, by user: UserID) async throws -> SyncResult {
        let block = BlockID(unchecked: job.entry.name ?? "")
        let standing = try await life.places.standing(of: block, in: job.entry.workspace, for: user)
        if case .absent = standing { return SyncResult(job.entry, .deleted) }
        return try await push(Job(index: job.index, entry: job.entry, standing: standing), isMade: true, by: user)
    }

    private func make(_ entry: SyncEntry, _ target: DocumentTarget, by user: UserID) async throws -> SyncResult {
        let outcome = try await apply(entry, to: target, by: user)
        if outcome == .deleted { return try await overtaken(entry, by: user) }
        guard let status = Self.status(outcome) else { return Self.refused(entry, outcome) }
        // An update without contents makes the block all the same.
        if status == .unchanged {
            let isOurs = try await life.create(
                target.block,
                type: "note",
                version: target.newVersion,
                in: target.heap
            )
            guard isOurs else { return try await overtaken(entry, by: user) }
        }
        return try await answered(entry, .created, target.block, version: target.newVersion)
    }

    /// An entry for a block that somebody else made meanwhile, or whose heap was deleted.
    private func overtaken(_ entry: SyncEntry, by user: UserID) async throws -> SyncResult {
        let block = BlockID(unchecked: entry.name ?? "")
        let standing = try await life.places.standing(of: block, in: entry.workspace, for: user)
        if case .denied = standing { return SyncResult(entry, .forbidden) }
        return SyncResult(entry, .deleted)
    }

    private func change(_ entry: SyncEntry, _ place: BlockPlace, by user: UserID) async throws -> SyncResult {
        let version = entry.version ?? place.version
        guard (place.floor...place.version).contains(version) else {
            var result = SyncResult(entry, .versionMismatch)
            result.version = place.version
            let document = try await life.documents.snapshot(of: place.block)
            result.stateVector = document.stateVector.encoded()
            result.fullState = document.encodeState()
            return result
        }
        let outcome = try await apply(entry, to: DocumentTarget(place), by: user)
        guard let status = Self.status(outcome) else { return Self.refused(entry, outcome, version: place.version) }
        return try await answered(entry, status, place.block, version: place.version, isOld: version < place.version)
    }

    private func apply(_ entry: SyncEntry, to target: DocumentTarget, by user: UserID) async throws -> UpdateOutcome {
        let outcomes = try await life.documents.apply([entry.update.bytes ?? []], to: target, by: user)
        return outcomes.first ?? .deleted
    }

    private func answered(
        _ entry: SyncEntry,
        _ status: SyncResult.Status,
        _ block: BlockID,
        version: Int64,
        isOld: Bool = false
    ) async throws -> SyncResult {
        var result = SyncResult(entry, status)
        let document = try await life.documents.snapshot(of: block)
        result.version = version
        result.stateVector = document.stateVector.encoded()
        if isOld { result.fullState = document.encodeState() }
        if case .bytes(let bytes, _) = entry.stateVector {
            let missing = Self.missing(of: document, from: bytes)
            if missing != YUpdate.empty { result.update = missing }
        }
        return result
    }

    /// What a client with this state vector lacks; everything when it cannot be read, nothing being known of it then.
    static func missing(of document: YDocument, from stateVector: [UInt8]) -> [UInt8] {
        guard !stateVector.isEmpty, let known = try? StateVector(decoding: stateVector) else {
            return document.encodeState()
        }
        return document.encodeState(from: known)
    }

    private static func status(_ outcome: UpdateOutcome) -> SyncResult.Status? {
        switch outcome {
        case .applied: .applied
        case .unchanged: .unchanged
        default: nil
        }
    }

    private static func refused(_ entry: SyncEntry, _ outcome: UpdateOutcome, version: Int64? = nil) -> SyncResult {
        var result: SyncResult
        switch outcome {
        case .tooLarge: result = SyncResult(entry, .tooLarge)
        case .deleted: result = SyncResult(entry, .deleted)
        case .invalid(let reason):
            result = SyncResult(entry, .invalid)
            result.sentence = "The update cannot be read: \(reason)"
        default: result = SyncResult(entry, .invalid)
        }
        result.version = version
        return result
    }
}
