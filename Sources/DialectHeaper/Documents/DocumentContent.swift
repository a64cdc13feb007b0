import CofferCore
import Yjs

/// A document in memory, and how it lies in the database.
struct DocumentContent: Sendable {
    let block: BlockID
    var document: YDocument
    /// The id under which the server edits; new each time that the document is loaded.
    let client: UInt64
    /// Of the last row of the log that is in the document.
    var sequence: Int64
    /// Of the last row that is in the state.
    var stateSequence: Int64
    var stateBytes: Int
    /// What the log has after the state.
    var logBytes: Int
    var logRows: Int

    /// About the bytes of its encoded state.
    var bytes: Int { stateBytes + logBytes }

    /// Up to this size everything is shown together with each update.
    private static let smallBytes = 8 << 10

    /// What goes into rows together with an update that changed these root types.
    func showing(_ roots: Set<String>) -> DocumentLog.Showing {
        if bytes <= Self.smallBytes { return .all(Projection(of: document, block: block)) }
        guard roots.contains("title_v0") || roots.contains("meta_v0") else { return .nothing }
        return .head(Projection.Head(of: document))
    }

    /// Whether loading would become slow: many rows, or many bytes next to those of the state.
    var isWorthCompacting: Bool {
        logRows > 2000 || (logRows > 200 && logBytes > stateBytes / 4)
            || (logRows > 8 && logBytes > max(stateBytes / 4, 64 << 10))
    }
}

/// Updates on their way into a document.
final class UpdateJob {
    enum Result {
        case waiting
        case done([UpdateOutcome])
        case failed(any Error)
    }

    let updates: [[UInt8]]
    let target: DocumentTarget
    let user: UserID
    var result = Result.waiting

    init(_ updates: [[UInt8]], _ target: DocumentTarget, _ user: UserID) {
        self.updates = updates
        self.target = target
        self.user = user
    }

    var bytes: Int { updates.reduce(0) { $0 + $1.count } }
}

/// What several jobs change in a document, before it is stored.
struct DocumentDraft {
    private var authors: [UserID] = []
    private var stored: [UserID: [[UInt8]]] = [:]
    private var told: [[UInt8]] = []
    /// Root types that changed.
    private(set) var roots: Set<String> = []

    var isEmpty: Bool { authors.isEmpty }

    /// Applies an update and notes what has to be stored and told.
    mutating func apply(_ update: [UInt8], by user: UserID, to document: inout YDocument) -> UpdateOutcome {
        guard update.count <= document.limits.maxUpdateBytes else { return .tooLarge }
        do throws(YjsError) {
            let commit = try document.applyToPassOn(update)
            // An update that changed nothing may still bring what waits for its predecessors.
            if commit.change.isEmpty, try document.covers(update) { return .unchanged }
            // What waits is in no update that is passed on, but must not be lost.
            note(commit, storing: commit.change.isIncomplete ? update : commit.update, by: user)
            return .applied
        } catch .updateTooLarge {
            return .tooLarge
        } catch {
            return .invalid("\(error)")
        }
    }

    /// Notes an edit.
    mutating func note(_ commit: YCommit, storing bytes: [UInt8], by user: UserID) {
        if stored[user] == nil { authors.append(user) }
        stored[user, default: []].append(bytes)
        if !commit.change.isEmpty { told.append(commit.update) }
        roots.formUnion(commit.change.roots)
    }

    /// One row for each author.
    func rows() throws -> [DocumentLog.Row] {
        try authors.map { DocumentLog.Row(user: $0, bytes: try Self.merged(stored[$0] ?? [])) }
    }

    /// What listeners must hear; nil for nothing.
    func news() throws -> [UInt8]? {
        told.isEmpty ? nil : try Self.merged(told)
    }

    private static func merged(_ updates: [[UInt8]]) throws -> [UInt8] {
        updates.count == 1 ? updates[0] : try YUpdate.merge(updates, limits: YLimits(maxUpdateBytes: .max))
    }
}
