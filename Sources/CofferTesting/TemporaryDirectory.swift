import Foundation

/// A directory of a test's own, removed when the last reference goes.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// `parent`: where to make it; the system's temporary directory by default.
    package init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
        path = "\(parent)/coffer-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
