import CofferHTTP

/// Knows which scans are under way.
protocol ActiveScanFinding: Sendable {
    /// The scan objects of those that a user started, or of all for nil, the oldest first.
    func activeScans(of user: UserID?) -> [JSONValue]
}
