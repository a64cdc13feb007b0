import Crypto
import Synchronization

/// How many bytes a client may upload within a window of time, reserved while an upload runs and charged at its end.
///
/// No address is stored: a client is HMAC-SHA256(key, address) with a random key that is replaced, and everything counted
/// under it forgotten, when it turns 24 hours old. A window opens with a client's first use.
package struct ClientQuota: Sendable {
    package struct Settings: Hashable, Sendable {
        /// Bytes per window; 0 turns the quota off.
        package var limit: Int64
        package var window: Duration

        package init(limit: Int64, window: Duration) {
            self.limit = limit
            self.window = window
        }
    }

    package enum Failure: Error, Equatable {
        /// Nothing is left until the window ends.
        case usedUp(until: Timestamp)
        /// Less is left than was asked for.
        case exceeds(remaining: Int64, until: Timestamp)
    }

    /// What a client has used, reservations included.
    package struct Usage: Equatable, Sendable {
        package let used: Int64
        package let remaining: Int64
        /// The end of the window; of the one that would open now, when none is open.
        package let resetsAt: Timestamp
    }

    /// Bytes set aside for one upload.
    package struct Reservation: Hashable, Sendable {
        let id: String
    }

    /// Reservations that could not be given back, because the disk was full, say.
    private final class Unreleased: Sendable {
        let ids = Mutex<Set<String>>([])
    }

    private static let keyLife: Duration = .seconds(86_400)

    package let settings: Settings
    private let scope: String
    private let database: any Database
    private let clock: any WallClock
    private let random: any RandomSource
    /// Names this process: what an earlier one had reserved for bodies under way is free again.
    private let process: String
    private let unreleased = Unreleased()

    /// `scope` is what is counted, unique over all dialects.
    package init(
        _ settings: Settings,
        scope: String,
        database: any Database,
        clock: any WallClock,
        random: any RandomSource
    ) {
        self.settings = settings
        self.scope = scope
        self.database = database
        self.clock = clock
        self.random = random
        process = random.hex(byteCount: 8)
    }

    package var isOn: Bool { settings.limit > 0 }

    package func usage(of client: String) async throws -> Usage {
        await releaseTheRest()
        return try await database.read { session in
            guard let key = try currentKey(session) else { return usage(used: 0, end: nil) }
            return try usage(of: identity(client, key), in: session)
        }
    }

    /// Tells whether an upload of so many bytes would fit now; nil asks only whether anything is left.
    ///
    /// - Throws: ``Failure``.
    package func check(_ bytes: Int64?, for client: String) async throws {
        guard isOn else { return }
        try Self.require(bytes, of: try await usage(of: client))
    }

    /// Sets bytes aside for an upload, as a step of a transaction.
    ///
    /// A reservation for a drop goes with the drop, any other with this process at the latest.
    ///
    /// - Returns: nil when the quota is off.
    /// - Throws: ``Failure``.
    package func reserve(
        _ bytes: Int64,
        for client: String,
        drop: DropID? = nil,
        in session: any SQLSession
    ) throws -> Reservation? {
        guard isOn else { return nil }
        let client = identity(client, try freshKey(session))
        try Self.require(bytes, of: try usage(of: client, in: session))
        let now = clock.now
        let end = now.advanced(by: settings.window)
        try session.execute(
            """
            INSERT INTO quota_windows (scope, client, used, ends_at) VALUES (\(scope), \(client), 0, \(end))
            ON CONFLICT (scope, client) DO UPDATE SET used = 0, ends_at = excluded.ends_at
            WHERE quota_windows.ends_at <= \(now)
            """
        )
        let reservation = Reservation(id: random.hex(byteCount: 16))
        try session.execute(
            """
            INSERT INTO quota_reservations (id, scope, client, bytes, drop_id, process)
            VALUES (\(reservation.id), \(scope), \(client), \(bytes), \(drop), \(process))
            """
        )
        return reservation
    }

    package func reserve(_ bytes: Int64, for client: String) async throws -> Reservation? {
        guard isOn else { return nil }
        await releaseTheRest()
        return try await database.write { try reserve(bytes, for: client, in: $0) }
    }

    /// Counts a reservation as used; call it in the transaction that makes the upload visible.
    package func charge(_ reservation: Reservation?, in session: any SQLSession) throws {
        guard let reservation else { return }
        try charge("id = \(reservation.id)", in: session)
    }

    /// Counts what was reserved for a drop as used.
    package func charge(reservedFor drop: DropID, in session: any SQLSession) throws {
        try charge("drop_id = \(drop)", in: session)
    }

    private func charge(_ condition: SQL, in session: any SQLSession) throws {
        let ended = try session.first(
            "DELETE FROM quota_reservations WHERE \(part: condition) RETURNING client, bytes"
        ) { (client: $0.bytes(0), bytes: $0.integer(1)) }
        guard let ended else { return }
        try session.execute(
            """
            UPDATE quota_windows SET used = used + \(ended.bytes)
            WHERE scope = \(scope) AND client = \(ended.client) AND ends_at > \(clock.now)
            """
        )
    }

    /// Gives a reservation back.
    package func release(_ reservation: Reservation?) async {
        guard let reservation else { return }
        if await !delete([reservation.id]) { unreleased.ids.withLock { _ = $0.insert(reservation.id) } }
    }

    /// Tries again what could not be released.
    private func releaseTheRest() async {
        let ids = unreleased.ids.withLock { $0 }
        guard !ids.isEmpty, await delete(ids) else { return }
        unreleased.ids.withLock { $0.subtract(ids) }
    }

    private func delete(_ ids: Set<String>) async -> Bool {
        let done: Void? = try? await database.write { session in
            for id in ids { try session.execute("DELETE FROM quota_reservations WHERE id = \(id)") }
        }
        return done != nil
    }

    // MARK: Keys and windows

    private func identity(_ client: String, _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(client.utf8), using: SymmetricKey(data: key)))
    }

    private func currentKey(_ session: any SQLSession) throws -> [UInt8]? {
        let oldest = clock.now.advanced(by: .zero - Self.keyLife)
        return try session.first("SELECT key FROM quota_keys WHERE scope = \(scope) AND created_at > \(oldest)") {
            $0.bytes(0)
        }
    }

    private func freshKey(_ session: any SQLSession) throws -> [UInt8] {
        if let key = try currentKey(session) { return key }
        try wipe(session)
        let key = random.bytes(32)
        try session.execute(
            "INSERT INTO quota_keys (scope, key, created_at) VALUES (\(scope), \(key), \(clock.now))"
        )
        return key
    }

    private func wipe(_ session: any SQLSession) throws {
        try session.execute("DELETE FROM quota_keys WHERE scope = \(scope)")
        try session.execute("DELETE FROM quota_windows WHERE scope = \(scope)")
        try session.execute("DELETE FROM quota_reservations WHERE scope = \(scope)")
    }

    private func usage(of client: [UInt8], in session: any SQLSession) throws -> Usage {
        let window = try session.first(
            """
            SELECT used, ends_at FROM quota_windows
            WHERE scope = \(scope) AND client = \(client) AND ends_at > \(clock.now)
            """
        ) { (used: $0.integer(0), end: $0.time(1)) }
        let reserved = try session.first(
            "SELECT COALESCE(SUM(bytes), 0) FROM quota_reservations WHERE scope = \(scope) AND client = \(client)"
        ) { $0.integer(0) }
        return usage(used: (window?.used ?? 0) + (reserved ?? 0), end: window?.end)
    }

    private func usage(used: Int64, end: Timestamp?) -> Usage {
        Usage(
            used: used,
            remaining: max(0, settings.limit - used),
            resetsAt: end ?? clock.now.advanced(by: settings.window)
        )
    }

    private static func require(_ bytes: Int64?, of usage: Usage) throws {
        guard usage.remaining > 0 else { throw Failure.usedUp(until: usage.resetsAt) }
        guard bytes ?? 0 <= usage.remaining else {
            throw Failure.exceeds(remaining: usage.remaining, until: usage.resetsAt)
        }
    }
}

// MARK: Upkeep

extension ClientQuota {
    package static let migrations = [
        Migration(
            module: "quota",
            name: "001-create",
            statements: [
                "CREATE TABLE quota_keys (scope TEXT PRIMARY KEY NOT NULL, key BYTEA NOT NULL, created_at BIGINT NOT NULL)",
                """
                CREATE TABLE quota_windows (
                    scope TEXT NOT NULL,
                    client BYTEA NOT NULL,
                    used BIGINT NOT NULL CHECK (used >= 0),
                    ends_at BIGINT NOT NULL,
                    PRIMARY KEY (scope, client)
                )
                """,
                """
                CREATE TABLE quota_reservations (
                    id TEXT PRIMARY KEY NOT NULL,
                    scope TEXT NOT NULL,
                    client BYTEA NOT NULL,
                    bytes BIGINT NOT NULL,
                    drop_id TEXT UNIQUE REFERENCES drops (id) ON DELETE CASCADE,
                    process TEXT NOT NULL
                )
                """,
                "CREATE INDEX quota_reservations_by_client ON quota_reservations (scope, client)",
            ]
        )
    ]

    /// Frees what an earlier process had reserved for bodies that never came to an end.
    package func recover() async throws {
        try await database.write { session in
            _ = try session.execute(
                "DELETE FROM quota_reservations WHERE scope = \(scope) AND drop_id IS NULL AND process <> \(process)"
            )
        }
    }

    /// Forgets everything that was counted under a key past its time.
    ///
    /// - Returns: when to come back.
    package func forgetOldKey() async throws -> Timestamp {
        let created = try await database.read { session in
            try session.first("SELECT created_at FROM quota_keys WHERE scope = \(scope)") { $0.time(0) }
        }
        let now = clock.now
        guard let created else { return now.advanced(by: .seconds(3600)) }
        let end = created.advanced(by: Self.keyLife)
        guard end <= now else { return min(end, now.advanced(by: .seconds(3600))) }
        try await database.write { session in
            guard try currentKey(session) == nil else { return }
            try wipe(session)
        }
        return now.advanced(by: .seconds(3600))
    }
}
