import CofferCore
import CofferHTTP

/// ``ScanListing`` by the tables of heaps and whoever runs scans.
struct KnownScans: ScanListing {
    let heaps: HeapStore
    /// The scans of a user that are not finished.
    let active: @Sendable (UserID) async throws -> [JSONValue]

    func heaps(of user: UserID) async throws -> [HeapID] {
        try await heaps.heaps(of: user).map(\.place.heap)
    }

    func activeScans(of user: UserID) async throws -> [JSONValue] {
        try await active(user)
    }
}
