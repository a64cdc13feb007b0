/// Identifies a drop inside the core; clients know a drop by its name.
package struct DropID: Hashable, Sendable {
    package let text: String

    package init(random: any RandomSource) {
        text = random.hex(byteCount: 16)
    }

    package init(stored text: String) {
        self.text = text
    }
}

/// The name under which clients find a drop, unique within its space.
package struct DropName: Hashable, Sendable {
    /// Whose names these are; every dialect has a space of its own.
    package let space: String
    package let text: String

    package init(space: String, text: String) {
        self.space = space
        self.text = text
    }
}

/// The record of something shared.
///
/// Life: `pending` while its parts arrive, `ready` while it may be read, `burned` from the moment its limit is used
/// up until the last admitted reader has finished. After that, as after expiry or deletion, it is gone: no row is left,
/// unless the drop lingers a little to tell late readers why.
package struct Drop: Equatable, Sendable {
    package enum State: String, Sendable {
        case pending, ready, burned
    }

    /// When a download counts against the limit.
    package enum Counting: String, Sendable {
        /// On admission. An aborted transfer stays counted unless it is refunded.
        case atStart = "start"
        /// Just before the last bytes leave. Transfers under way hold their place, an aborted one gives it back.
        case atEnd = "end"
    }

    package let id: DropID
    package let name: DropName
    package let state: State
    package let counting: Counting
    package let createdAt: Timestamp
    /// What the uploader asked for; nil means never.
    package let expiresAt: Timestamp?
    /// When the sweeper removes the drop: its expiry, or earlier when it was left unfinished or partly used up.
    package let dueAt: Timestamp?
    /// Whole downloads allowed; nil means without limit.
    package let maxDownloads: Int64?
    /// How long the record outlives its expiry or its last use, so that readers can be told why it is gone.
    package let linger: Duration

    package func isGone(at now: Timestamp) -> Bool {
        dueAt.map { $0 <= now } ?? false
    }

    /// Whether nobody may read it any more because of its age; the record may stay for a while.
    package func isExpired(at now: Timestamp) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}

/// One of the numbered pieces of a drop: the whole file under slot 0, or one chunk of many.
package struct DropSlot: Equatable, Sendable {
    package let index: Int64
    package let size: Int64
    /// Downloads of this slot that count.
    package let served: Int64
    /// Readers that hold a place right now.
    package let holds: Int64
    /// The bytes; nil once the slot was used up.
    package let blob: Blob?

    /// Whether one more reader would be admitted, as far as this moment tells.
    package func hasRoom(in drop: Drop) -> Bool {
        guard blob != nil else { return false }
        guard let limit = drop.maxDownloads else { return true }
        switch drop.counting {
        case .atStart: return served < limit
        case .atEnd: return served + holds < limit
        }
    }
}

/// What is needed to make a drop.
package struct NewDrop: Sendable {
    package var id: DropID
    package var name: DropName
    package var state: Drop.State
    package var counting: Drop.Counting
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var dueAt: Timestamp?
    package var maxDownloads: Int64?
    /// Once a slot is used up, what is left of the drop stays this long at most; nil for no such bound.
    package var drain: Duration?
    /// How long the record stays once it expired or was used up, without bytes in the latter case.
    package var linger: Duration

    package init(
        id: DropID,
        name: DropName,
        state: Drop.State,
        counting: Drop.Counting,
        createdAt: Timestamp,
        expiresAt: Timestamp?,
        dueAt: Timestamp?,
        maxDownloads: Int64?,
        drain: Duration? = nil,
        linger: Duration = .zero
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.counting = counting
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.dueAt = dueAt
        self.maxDownloads = maxDownloads
        self.drain = drain
        self.linger = linger
    }
}

extension DropID: SQLBindable { package var sqlValue: SQLValue { .text(text) } }
