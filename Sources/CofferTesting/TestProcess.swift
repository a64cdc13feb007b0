import Foundation

/// Runs programs in tests.
package enum TestProcess {
    /// Runs a program to its end, without holding up the threads on which all other tests run.
    ///
    /// Returns: its exit status, or the signal that ended it.
    @discardableResult
    package static func run(_ path: String, _ arguments: [String], isQuiet: Bool = false) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        if isQuiet {
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
        }
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}
