import Foundation

/// A directory of a test's own, removed when the last reference goes.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// `parent`: where to make it; the system's temporary directory by default.
    package init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
        path = "\(parent)/coffer-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Writes a shell script that can be run by its name here.
    package func write(script name: String, _ text: String) throws {
        let file = "\(path)/\(name)"
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
